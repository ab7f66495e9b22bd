#include "tools/camctl/export/reading_table.hpp"

#include "messages/disk/csv_table.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/readings_reader.hpp"
#include "messages/error.hpp"
#include "messages/when.hpp"

#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

using keys_of_topic = std::vector<std::string>;

/// A row for each value; one without key and value if there is none.
void append_values(std::string& out, const std::string& topic, const reading& x,
                   const keys_of_topic& keys) {
  auto append = [&](const std::string& key, const std::string& text) {
    out += std::to_string(x.time_ns);
    for (auto* field : {&topic, &key, &text}) {
      out += ',';
      append_csv_field(out, *field);
    }
    out += '\n';
  };
  for (auto& [key, text] : x.values)
    append(keys[key], text);
  if (x.values.empty())
    append({}, {});
}

/// One row, with a column for each key.
void append_cells(std::string& out, const reading& x,
                  const keys_of_topic& keys) {
  std::vector<const std::string*> cells(keys.size(), nullptr);
  for (auto& [key, text] : x.values)
    cells[key] = &text;
  out += std::to_string(x.time_ns);
  for (auto* cell : cells) {
    out += ',';
    if (cell)
      append_csv_field(out, *cell);
  }
  out += '\n';
}

class reading_writer {
public:
  reading_writer(fs::path folder, const time_cut& cut,
                 const std::function<bool()>& go_on)
    : folder_(std::move(folder)), cut_(cut), go_on_(go_on) {
  }

  caf::error write_sensors(const reading_sources& sources) {
    auto out = table_file::create(folder_ / "sensors.csv");
    if (!out)
      return std::move(out.error());
    out->text = "time_ns,topic,key,value\n";
    for (auto& [topic, x] : sources) {
      if (topic == marker_topic)
        continue;
      auto in = open(topic, x);
      auto append = [&, &name = topic](const reading& y) {
        append_values(out->text, name, y, in.keys());
      };
      if (auto err = copy(topic, x, in, *out, append))
        return err;
    }
    if (auto err = out->close())
      return err;
    facts.sensors = out->facts();
    return caf::none;
  }

  caf::error write_markers(const reading_source& x) {
    auto out = table_file::create(folder_ / "markers.csv");
    if (!out)
      return std::move(out.error());
    auto in = open(marker_topic, x);
    out->text = marker_time;
    auto keys = in.keys();
    if (keys.empty())
      keys = {"text", "source"};
    for (auto& key : keys) {
      out->text += ',';
      append_csv_field(out->text, key);
    }
    out->text += '\n';
    auto append = [&](const reading& y) { append_cells(out->text, y, keys); };
    if (auto err = copy(marker_topic, x, in, *out, append))
      return err;
    if (auto err = out->close())
      return err;
    facts.markers = out->facts();
    return caf::none;
  }

  reading_facts facts;

private:
  static readings_reader open(const std::string& topic,
                              const reading_source& x) {
    auto folder = readings_folder(topic);
    return {folder ? x.dir / *folder : x.dir,
            folder ? x.books.files : std::vector<std::string>{}};
  }

  template <class Append>
  caf::error copy(const std::string& topic, const reading_source& x,
                  readings_reader& in, table_file& out, Append append) {
    uint64_t there = 0;
    uint64_t exported = 0;
    while (auto* next = in.next()) {
      ++there;
      auto y = *next;
      y.time_ns -= x.ahead.at(y.time_ns).ns;
      if (cut_.has(y.time_ns)) {
        ++exported;
        append(y);
      }
      if (auto err = out.flush())
        return err;
      if (!go_on_())
        return caf::make_error(ec::unavailable, "stopped");
    }
    if (exported > 0 || x.books.received > 0)
      facts.readings[topic] = exported;
    auto& faults = facts.faults;
    faults.insert(faults.end(), in.faults().begin(), in.faults().end());
    if (there < x.books.written)
      faults.push_back(
        topic + ": " + count_text(x.books.written - there, "reading") + " of "
        + std::to_string(x.books.written) + " not there, and left out");
    return caf::none;
  }

  const fs::path folder_;
  const time_cut cut_;
  const std::function<bool()>& go_on_;
};

} // namespace

caf::expected<reading_facts>
write_reading_tables(const fs::path& folder, const reading_sources& sources,
                     const time_cut& cut, const std::function<bool()>& go_on) {
  reading_writer writer{folder, cut, go_on};
  if (auto err = writer.write_sensors(sources))
    return err;
  auto markers = sources.find(marker_topic);
  if (auto err = writer.write_markers(
        markers == sources.end() ? reading_source{} : markers->second))
    return err;
  return std::move(writer.facts);
}

} // namespace camnode
