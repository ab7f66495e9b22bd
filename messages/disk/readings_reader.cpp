#include "messages/disk/readings_reader.hpp"

#include "messages/disk/csv_table.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/wire/multipart.hpp"

#include <algorithm>
#include <system_error>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// In the year 2043: what is earlier can be added and subtracted in ns.
constexpr int64_t latest_time_ns = int64_t{1} << 61;

fs::path path_of(const fs::path& folder, const std::string& stem) {
  auto result = folder / (stem + table_ending);
  std::error_code ignored;
  if (!fs::exists(result, ignored)) // Still open, or left so by a crash.
    result += open_ending;
  return result;
}

/// The fields of one record; none if it is no record.
std::vector<std::string> fields_of(std::string_view record) {
  auto parsed = parse_csv(record);
  if (!parsed || parsed->size() != 1)
    return {};
  return std::move(parsed->front());
}

/// How long a unit of the times in a column is; 0: it has no times.
int64_t unit_of(const std::string& column) {
  if (column == marker_time)
    return 1;
  return column == sensor_time ? 1'000'000 : 0;
}

} // namespace

readings_reader::readings_reader(fs::path folder,
                                 std::vector<std::string> stems)
  : folder_(std::move(folder)), stems_(std::move(stems)) {
  list_keys();
}

void readings_reader::list_keys() {
  for (auto& stem : stems_) {
    record_reader reader{path_of(folder_, stem)};
    std::string_view header;
    if (!reader.next(header))
      continue; // Is found to be a fault when it is its turn.
    auto names = fields_of(header);
    for (size_t i = 1; i < names.size(); ++i)
      if (number_of(names[i]) == keys_.size())
        keys_.push_back(names[i]);
  }
}

size_t readings_reader::number_of(std::string_view key) const {
  return static_cast<size_t>(std::find(keys_.begin(), keys_.end(), key)
                             - keys_.begin());
}

bool readings_reader::open_next() {
  while (file_ < stems_.size()) {
    auto path = path_of(folder_, stems_[file_++]);
    path_ = path.string();
    reader_.emplace(path);
    std::string_view header;
    columns_.clear();
    if (reader_->next(header)) {
      auto names = fields_of(header);
      for (size_t i = 1; i < names.size(); ++i)
        columns_.push_back(number_of(names[i]));
      unit_ns_ = names.empty() ? 0 : unit_of(names[0]);
      if (unit_ns_ != 0)
        return true;
    }
    faults_.push_back(reader_->fault().empty() ? path_ + ": has no readings"
                                               : reader_->fault());
  }
  reader_.reset();
  return false;
}

const reading* readings_reader::next() {
  while (reader_ || open_next()) {
    std::string_view record;
    if (reader_->next(record)) {
      if (read(record))
        return &last_;
      faults_.push_back(path_
                        + ": a record is no reading; the rest is left out");
    } else if (!reader_->fault().empty()) {
      faults_.push_back(path_ + ": " + reader_->fault());
    }
    reader_.reset();
  }
  return nullptr;
}

bool readings_reader::read(std::string_view record) {
  auto fields = fields_of(record);
  auto time = fields.empty() ? std::nullopt : parse_decimal<int64_t>(fields[0]);
  if (!time || *time < 0 || *time > latest_time_ns / unit_ns_
      || fields.size() > columns_.size() + 1)
    return false;
  last_.time_ns = *time * unit_ns_;
  last_.values.clear();
  for (size_t i = 1; i < fields.size(); ++i)
    if (!fields[i].empty() && columns_[i - 1] < keys_.size())
      last_.values.emplace_back(columns_[i - 1], std::move(fields[i]));
  return true;
}

} // namespace camnode
