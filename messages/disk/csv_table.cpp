#include "messages/disk/csv_table.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace camnode {

namespace {

std::string join(const std::vector<std::string>& fields) {
  std::string result;
  for (const auto& field : fields) {
    append_csv_field(result, field);
    result += ',';
  }
  result.back() = '\n';
  return result;
}

class csv_parser {
public:
  explicit csv_parser(std::string_view text) : text_(text) {
  }

  caf::expected<csv_records> parse() {
    while (at_ < text_.size()) {
      records_.emplace_back();
      while (read_field() && take(','))
        ;
      if (!error_ && at_ < text_.size() && !take_line_end())
        fail("want a comma or a line end after a field");
      if (error_)
        return error_;
    }
    return std::move(records_);
  }

private:
  bool read_field() {
    auto& field = records_.back().emplace_back();
    if (take('"'))
      return read_quoted(field);
    auto end = std::min(text_.find_first_of(",\"\r\n", at_), text_.size());
    field = text_.substr(at_, end - at_);
    at_ = end;
    return true;
  }

  bool read_quoted(std::string& field) {
    auto opened_at = line_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"' && text_.substr(at_ + 1, 1) != "\"") {
        ++at_;
        return true;
      }
      if (text_[at_] == '"')
        ++at_;
      if (text_[at_] == '\n')
        ++line_;
      field += text_[at_];
    }
    line_ = opened_at;
    return fail("a quote that is never closed");
  }

  bool take(char c) {
    bool result = at_ < text_.size() && text_[at_] == c;
    at_ += result;
    return result;
  }

  bool take_line_end() {
    if (text_.substr(at_, 2) == "\r\n")
      ++at_;
    line_ += at_ < text_.size() && text_[at_] == '\n';
    return take('\n');
  }

  bool fail(const char* reason) {
    error_ = caf::error{ec::bad_message,
                        "CSV line " + std::to_string(line_) + ": " + reason};
    return false;
  }

  const std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  csv_records records_;
  caf::error error_;
};

} // namespace

csv_table::csv_table(std::vector<std::string> columns)
  : columns_(std::move(columns)) {
  for (auto& x : columns_)
    positions_.emplace(x, positions_.size());
}

std::string csv_table::header() const {
  return join(columns_);
}

caf::expected<csv_table::row> csv_table::make_row(int64_t time,
                                                  const sensor_values& values) {
  if (auto err = check(values))
    return err;
  auto columns_before = columns_.size();
  std::vector<std::string> fields(columns_before);
  fields[0] = std::to_string(time);
  for (const auto& [key, text] : values) {
    auto [i, added] = positions_.emplace(key, columns_.size());
    if (added) {
      columns_.push_back(key);
      fields.emplace_back();
    }
    fields[i->second] = text;
  }
  return row{join(fields), columns_.size() > columns_before};
}

caf::error csv_table::check(const sensor_values& values) const {
  size_t added = 0;
  std::unordered_set<std::string_view> seen{columns_[0]};
  for (const auto& [key, text] : values) {
    if (key.size() > max_key_bytes)
      return {ec::bad_message, "a key of more than 256 bytes: " + quote(key)};
    if (!seen.insert(key).second)
      return {ec::bad_message, "two values for the column " + quote(key)};
    added += positions_.count(key) == 0 && key != undivided_column;
  }
  if (added > 0 && columns_.size() + added > max_columns)
    return {ec::bad_message, std::string{"more than 1024 columns"}};
  return {};
}

csv_widener::csv_widener(const csv_table& table)
  : header_(table.header()), columns_(table.columns()) {
}

std::string csv_widener::feed(std::string_view chunk) {
  std::string result;
  for (auto c : chunk) {
    if (c == '\n' && !in_quotes_) {
      complete_record(result);
      continue;
    }
    // A doubled quote leaves the quotes and enters them again.
    in_quotes_ ^= c == '"';
    commas_ += c == ',' && !in_quotes_;
    record_ += c;
  }
  return result;
}

void csv_widener::complete_record(std::string& out) {
  if (header_done_) {
    out += record_;
    if (commas_ + 1 < columns_)
      out.append(columns_ - commas_ - 1, ',');
    out += '\n';
  } else {
    out += header_;
    header_done_ = true;
  }
  record_.clear();
  commas_ = 0;
}

void append_csv_field(std::string& out, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (auto c : field) {
    if (c == '"')
      out += '"';
    out += c;
  }
  out += '"';
}

caf::expected<csv_records> parse_csv(std::string_view text) {
  return csv_parser{text}.parse();
}

} // namespace camnode
