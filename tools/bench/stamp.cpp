#include "tools/bench/stamp.hpp"

#include "messages/wire/multipart.hpp"

#include <algorithm>
#include <cstdio>

namespace camnode::bench {

namespace {

constexpr size_t digits = 20;
constexpr size_t numbers_at = 6 + stamp_name.size();

template <class Int>
std::optional<Int> number_at(std::string_view text, size_t index) {
  auto field = text.substr(numbers_at + index * (digits + 1) + 1, digits);
  return parse_decimal<Int>(field);
}

} // namespace

stamp_bytes serialize(const stamp& x) {
  constexpr auto comment = stamp_size - 4;
  constexpr uint8_t head[] = {0xFF, 0xD8, 0xFF, 0xFE, 0, comment};
  static_assert(comment < 256);
  stamp_bytes result;
  auto out = std::copy(std::begin(head), std::end(head), result.begin());
  std::copy(stamp_name.begin(), stamp_name.end(), out);
  char text[3 * (digits + 1) + 1];
  std::snprintf(text, sizeof(text), " %020llu %020llu %020lld",
                static_cast<unsigned long long>(x.sequence),
                static_cast<unsigned long long>(x.bytes),
                static_cast<long long>(x.written_ns));
  std::copy_n(text, sizeof(text) - 1, result.begin() + numbers_at);
  return result;
}

std::optional<stamp> parse_stamp(const uint8_t* bytes) {
  std::string_view text{reinterpret_cast<const char*>(bytes), stamp_size};
  if (text.substr(6, stamp_name.size()) != stamp_name)
    return std::nullopt;
  auto sequence = number_at<uint64_t>(text, 0);
  auto size = number_at<uint64_t>(text, 1);
  auto written = number_at<int64_t>(text, 2);
  if (!sequence || !size || !written)
    return std::nullopt;
  return stamp{*sequence, *size, *written};
}

} // namespace camnode::bench
