// Readings made of the input, written by a table that widens as it goes, are
// what the parser reads back. The input itself is parsed, too.

#include "messages/disk/csv_table.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

void check(bool x) {
  if (!x)
    std::abort();
}

/// Writes readings as SENSOR LOG does, the file being a string.
class file_model {
public:
  file_model() : file_(table_.header()) {
  }

  /// @param piece The size of the pieces that the file is rewritten in.
  void append(const camnode::sensor_values& values, size_t piece) {
    auto row = table_.make_row(static_cast<int64_t>(rows_.size()), values);
    if (!row)
      return;
    if (row->widened)
      widen(piece);
    file_ += row->text;
    rows_.push_back(values);
  }

  void verify() const {
    auto parsed = camnode::parse_csv(file_);
    check(parsed && parsed->size() == rows_.size() + 1);
    const auto& header = parsed->front();
    for (size_t i = 0; i < rows_.size(); ++i) {
      const auto& record = (*parsed)[i + 1];
      check(record.size() == header.size() && record[0] == std::to_string(i));
      std::vector<std::string> expected(header.size());
      expected[0] = std::to_string(i);
      for (const auto& [key, text] : rows_[i]) {
        auto column = std::find(header.begin() + 1, header.end(), key);
        check(column != header.end());
        expected[static_cast<size_t>(column - header.begin())] = text;
      }
      check(record == expected);
    }
  }

private:
  void widen(size_t piece) {
    camnode::csv_widener widener{table_};
    std::string wider;
    for (size_t at = 0; at < file_.size(); at += piece)
      wider += widener.feed(std::string_view{file_}.substr(at, piece));
    file_ = std::move(wider);
  }

  camnode::csv_table table_;
  std::string file_;
  std::vector<camnode::sensor_values> rows_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string input{reinterpret_cast<const char*>(data), size};
  camnode::parse_csv(input);
  // Keys and texts end with ';', readings with '|'.
  file_model file;
  camnode::sensor_values values;
  std::string text;
  bool is_key = true;
  for (auto c : input) {
    if (c == '|') {
      file.append(values, 1 + size % 7);
      values.clear();
    } else if (c != ';') {
      text += c;
      continue;
    } else if (is_key) {
      values.emplace_back(text, "");
    } else if (!values.empty()) {
      values.back().second = text;
    }
    is_key = c == '|' || !is_key;
    text.clear();
  }
  file.verify();
  return 0;
}

std::vector<std::vector<uint8_t>> camnode_fuzz_seeds() {
  std::vector<std::vector<uint8_t>> result;
  for (std::string x : {"a;1;b;2;|b;3;c;\"x,\n\";|d;\r\n;|a;;|",
                        "\"k\";\"\";|\n;,;|", "a,b\n\"c\nd\",\"\"\"\"\r\n"})
    result.emplace_back(x.begin(), x.end());
  return result;
}
