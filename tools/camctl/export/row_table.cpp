#include "tools/camctl/export/row_table.hpp"

#include "messages/disk/csv_table.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/nearest_in_time.hpp"
#include "messages/error.hpp"
#include "tools/camctl/export/frame_table.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace camnode {

namespace {

/// The table of one film.
struct film_column {
  explicit film_column(const std::filesystem::path& path) : rows(path) {
  }

  table_reader rows;
  nearest_in_time<table_row> nearest;

  const table_row* nearest_to(int64_t time_ns) {
    return nearest.find(
      time_ns, [this](table_row& x) { return rows.next(x); },
      [](const table_row& x) { return x.time_ns.value_or(0); });
  }
};

class row_writer {
public:
  row_writer(table_file& out, const std::filesystem::path& folder,
             const std::vector<std::string>& films)
    : out_(out) {
    out_.text = "time_ns";
    for (auto& name : films) {
      columns_.push_back(
        std::make_unique<film_column>(folder / (name + table_ending)));
      for (auto x : {".frame", ".dt_ns", ".error_ns", ".filled"}) {
        out_.text += ',';
        append_csv_field(out_.text, name + x);
      }
    }
    out_.text += '\n';
  }

  bool write_locked(const instant_grid& grid) {
    if (columns_.empty() || facts_.rows == grid.rows)
      return false;
    auto time_ns = grid.at(facts_.rows);
    begin(time_ns);
    for (auto& x : columns_) {
      table_row row;
      if (!x->rows.next(row))
        return false;
      add(&row, time_ns, 0);
    }
    end();
    return true;
  }

  bool write_own() {
    table_row first;
    if (columns_.empty() || !columns_.front()->rows.next(first))
      return false;
    auto time_ns = first.time_ns.value_or(0);
    begin(time_ns);
    add(&first, time_ns, 0);
    for (size_t i = 1; i < columns_.size(); ++i)
      add(columns_[i]->nearest_to(time_ns), time_ns, first.error_ns);
    end();
    return true;
  }

  /// What is wrong with a table; empty if nothing is.
  std::string fault() const {
    for (auto& x : columns_)
      if (!x->rows.fault().empty())
        return x->rows.fault();
    return {};
  }

  row_facts facts_;

private:
  void begin(int64_t time_ns) {
    out_.text += std::to_string(time_ns);
    earliest_ns_ = std::numeric_limits<int64_t>::max();
    latest_ns_ = 0;
  }

  /// @param error_ns What the row's own time is off by.
  void add(const table_row* x, int64_t time_ns,
           std::optional<int64_t> error_ns) {
    if (!x) {
      out_.text += ",,,,";
      return;
    }
    out_.text += ',' + std::to_string(x->frame) + ',';
    if (x->filled == frame_fill::none && x->time_ns) {
      out_.text += std::to_string(*x->time_ns - time_ns) + ',';
      if (x->error_ns && error_ns)
        out_.text += std::to_string(*x->error_ns + *error_ns);
      facts_.error_ns = std::max(facts_.error_ns, x->error_ns.value_or(0));
      facts_.error_known = facts_.error_known && x->error_ns;
      earliest_ns_ = std::min(earliest_ns_, *x->time_ns);
      latest_ns_ = std::max(latest_ns_, *x->time_ns);
    } else {
      out_.text += ',';
    }
    out_.text += std::string{","} + to_string(x->filled);
  }

  void end() {
    out_.text += '\n';
    auto apart_ns = latest_ns_ - earliest_ns_;
    if (latest_ns_ != 0 && apart_ns > facts_.apart_ns) {
      facts_.apart_ns = apart_ns;
      facts_.apart_row = facts_.rows;
    }
    ++facts_.rows;
  }

  table_file& out_;
  std::vector<std::unique_ptr<film_column>> columns_;
  int64_t earliest_ns_ = 0;
  int64_t latest_ns_ = 0;
};

} // namespace

caf::expected<row_facts> write_row_table(
  const std::filesystem::path& folder, const std::vector<std::string>& films,
  const std::optional<instant_grid>& grid, const std::function<bool()>& go_on) {
  auto out = table_file::create(folder / "frames.csv");
  if (!out)
    return std::move(out.error());
  row_writer rows{*out, folder, films};
  while (grid ? rows.write_locked(*grid) : rows.write_own()) {
    if (auto err = out->flush())
      return err;
    if (!go_on())
      return caf::make_error(ec::unavailable, "stopped");
  }
  if (auto fault = rows.fault(); !fault.empty())
    return caf::make_error(ec::bad_message, fault);
  if (grid && !films.empty() && rows.facts_.rows != grid->rows)
    return caf::make_error(ec::bad_message, folder.string()
                                              + ": a table ends before row "
                                              + std::to_string(grid->rows));
  if (auto err = out->close())
    return err;
  rows.facts_.file = out->facts();
  return rows.facts_;
}

} // namespace camnode
