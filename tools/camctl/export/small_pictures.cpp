#include "tools/camctl/export/small_pictures.hpp"

#include <cstdlib>

namespace camnode {

namespace {

/// How little two pictures may differ, in the pixels that tell them apart, if
/// anything is to be said of their order.
constexpr int least_difference = 3 * picture_comparison::telling;

int distance(uint8_t a, uint8_t b) {
  return std::abs(int{a} - int{b});
}

bool is_something_else(const small_picture& own, const small_picture& film) {
  int sum = 0;
  for (size_t i = 0; i < own.pixels.size(); ++i)
    sum += distance(own.pixels[i], film.pixels[i]);
  return sum > picture_comparison::tolerance * int{small_picture::side}
                 * small_picture::side;
}

/// Whether `film` is clearly more like `other` than like its own picture.
bool is_rather(const small_picture& film, const small_picture& own,
               const small_picture& other) {
  int difference = 0;
  int to_own = 0;
  int to_other = 0;
  for (size_t i = 0; i < own.pixels.size(); ++i) {
    auto apart = distance(own.pixels[i], other.pixels[i]);
    if (apart <= picture_comparison::telling)
      continue;
    difference += apart;
    to_own += distance(film.pixels[i], own.pixels[i]);
    to_other += distance(film.pixels[i], other.pixels[i]);
  }
  return difference >= least_difference && 2 * to_other < to_own;
}

} // namespace

std::string picture_comparison::add(const small_picture& own,
                                    const small_picture& film) {
  auto n = count_++;
  auto frame = [](uint64_t x) { return "frame " + std::to_string(x); };
  std::string result;
  if (is_something_else(own, film))
    result = frame(n) + " is not the picture that it was made of";
  else if (n > 0 && is_rather(film, own, last_own_))
    result = frame(n) + " shows the picture of " + frame(n - 1);
  else if (n > 0 && is_rather(last_film_, last_own_, own))
    result = frame(n - 1) + " shows the picture of " + frame(n);
  last_own_ = own;
  last_film_ = film;
  return result;
}

} // namespace camnode
