#include "actors/sensor_log/cell_text.hpp"

#include "messages/text.hpp"

#include <cstdint>

namespace camnode {

namespace {

constexpr std::string_view mark = "base64:";

constexpr std::string_view digits
  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_marked(std::string_view x) {
  return x.substr(0, mark.size()) == mark;
}

/// Appends 1 to 3 bytes.
void append_group(std::string& out, std::string_view bytes) {
  uint32_t bits = 0;
  for (size_t i = 0; i < 3; ++i)
    bits = bits << 8 | (i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0);
  for (size_t i = 0; i < 4; ++i)
    out += i <= bytes.size() ? digits[bits >> (18 - 6 * i) & 63] : '=';
}

/// Appends the bytes of 2 to 4 digits.
bool append_bytes(std::string& out, std::string_view group) {
  uint32_t bits = 0;
  for (auto c : group) {
    auto digit = digits.find(c);
    if (digit == std::string_view::npos)
      return false;
    bits = bits << 6 | static_cast<uint32_t>(digit);
  }
  bits <<= 6 * (4 - group.size());
  for (size_t i = 0; i + 1 < group.size(); ++i)
    out += static_cast<char>(bits >> (16 - 8 * i) & 255);
  return true;
}

} // namespace

std::string cell_text(std::string_view bytes) {
  if (!is_marked(bytes) && bytes.find('\0') == std::string_view::npos
      && is_utf8(bytes))
    return std::string{bytes};
  std::string result{mark};
  for (size_t i = 0; i < bytes.size(); i += 3)
    append_group(result, bytes.substr(i, 3));
  return result;
}

std::optional<std::string> cell_bytes(std::string_view cell) {
  if (!is_marked(cell))
    return std::string{cell};
  cell.remove_prefix(mark.size());
  if (cell.size() % 4 != 0)
    return std::nullopt;
  for (int i = 0; i < 2 && !cell.empty() && cell.back() == '='; ++i)
    cell.remove_suffix(1);
  std::string result;
  for (size_t i = 0; i < cell.size(); i += 4)
    if (!append_bytes(result, cell.substr(i, 4)))
      return std::nullopt;
  return result;
}

} // namespace camnode
