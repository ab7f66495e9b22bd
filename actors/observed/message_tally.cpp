#include "actors/observed/message_tally.hpp"

#include <caf/atom.hpp>
#include <caf/type_nr.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <typeinfo>

namespace camnode {

namespace {

bool begins_with_atom(const caf::type_erased_tuple& x) {
  return x.type_nr(0) == caf::type_nr<caf::atom_value>::value;
}

/// Tells types apart. Atoms are below 2^60, type numbers below 2^16, and
/// addresses do not begin with two ones.
uint64_t key_of(const caf::type_erased_tuple& x) {
  if (x.empty())
    return 0;
  if (begins_with_atom(x))
    return static_cast<uint64_t>(x.get_as<caf::atom_value>(0));
  auto type = x.type(0);
  return type.first != 0 ? uint64_t{3} << 62 | type.first
                         : reinterpret_cast<uintptr_t>(type.second);
}

std::string readable(const std::type_info& x) {
  std::unique_ptr<char, decltype(&std::free)> text{
    abi::__cxa_demangle(x.name(), nullptr, nullptr, nullptr), std::free};
  std::string result = text ? text.get() : x.name();
  auto colons = result.rfind("::");
  return colons == std::string::npos ? result : result.substr(colons + 2);
}

std::string name_of(const caf::type_erased_tuple& x) {
  if (x.empty())
    return "nothing";
  if (begins_with_atom(x))
    return caf::to_string(x.get_as<caf::atom_value>(0));
  auto type = x.type(0);
  if (type.first == 0)
    return readable(*type.second);
  std::string result = caf::numbered_type_names[type.first - 1];
  return result[0] == '@' ? result.substr(1) : result;
}

} // namespace

size_t message_tally::slot_of(const caf::type_erased_tuple& x) {
  auto key = key_of(x);
  auto known = known_.load(std::memory_order_relaxed);
  for (size_t i = 0; i < known; ++i)
    if (types_[i].key == key)
      return i;
  if (known == other)
    return other;
  types_[known] = {key, name_of(x)};
  known_.store(known + 1, std::memory_order_release);
  return known;
}

std::vector<message_count> message_tally::look() const {
  std::vector<message_count> result;
  auto known = known_.load(std::memory_order_acquire);
  for (size_t i = 0; i < known; ++i)
    result.push_back(
      {types_[i].name, counts_[i].load(std::memory_order_relaxed)});
  if (auto n = counts_[other].load(std::memory_order_relaxed))
    result.push_back({"other", n});
  return result;
}

std::string message_tally::type_at(size_t slot) const {
  return slot < known_.load(std::memory_order_acquire) ? types_[slot].name
                                                       : "other";
}

} // namespace camnode
