#include "actors/sensor_log/sensor_payload.hpp"

#include "actors/sensor_log/cell_text.hpp"
#include "actors/sensor_log/lenient_json.hpp"
#include "messages/error.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace camnode {

namespace {

constexpr size_t max_depth = 32;
constexpr size_t max_leaves = csv_table::max_columns - 1;

/// Collects the columns of a reading, each with a name of its own.
class column_names {
public:
  explicit column_names(const std::string& time_column)
    : time_column_(time_column) {
  }

  /// Places all leaves of `x` under `path`, or none.
  /// @returns false if one has a name that is too long or taken.
  bool place(const std::string& path, const json_value& x, sensor_values& out) {
    auto before = out.size();
    if (place_each(path, x, out))
      return true;
    for (auto i = before; i < out.size(); ++i)
      taken_.erase(out[i].first);
    out.resize(before);
    return false;
  }

  /// Places `x` under `path` as it was written.
  bool place_source(const std::string& path, const json_value& x,
                    sensor_values& out) {
    return place_leaf(path, x.source, out);
  }

private:
  bool place_each(const std::string& path, const json_value& x,
                  sensor_values& out) {
    if (x.members.empty())
      return place_leaf(path, x.text, out);
    return std::all_of(x.members.begin(), x.members.end(), [&](auto& y) {
      return place_each(path + '.' + y.name, y.value, out);
    });
  }

  bool place_leaf(const std::string& path, std::string_view text,
                  sensor_values& out) {
    auto name = cell_text(path == time_column_ ? "payload." + path : path);
    if (name.size() > csv_table::max_key_bytes || !taken_.insert(name).second)
      return false;
    out.emplace_back(std::move(name), cell_text(text));
    return true;
  }

  const std::string& time_column_;
  std::unordered_set<std::string> taken_;
};

/// Which members of `object` are kept as they were written, so that it has no
/// more leaves than there may be.
/// @pre It has no more members.
std::vector<bool> too_large_ones(const json_value& object) {
  std::vector<std::pair<size_t, size_t>> sizes;
  size_t all = 0;
  for (auto& x : object.members) {
    sizes.emplace_back(x.value.leaves(), sizes.size());
    all += sizes.back().first;
  }
  std::sort(sizes.rbegin(), sizes.rend());
  std::vector<bool> result(sizes.size());
  for (auto& [leaves, i] : sizes) {
    if (all <= max_leaves)
      break;
    all -= leaves - 1;
    result[i] = true;
  }
  return result;
}

/// @returns Nothing if not even members can be columns.
std::optional<sensor_values> columns_of(const json_value& object,
                                        const std::string& time_column) {
  auto& members = object.members;
  if (members.size() > max_leaves)
    return std::nullopt;
  auto possible = true;
  column_names names{time_column};
  std::vector<sensor_values> columns(members.size());
  // What is not nested has its name by right.
  for (size_t i = 0; i < members.size() && possible; ++i)
    if (members[i].value.members.empty())
      possible = names.place(members[i].name, members[i].value, columns[i]);
  auto too_large = too_large_ones(object);
  for (size_t i = 0; i < members.size() && possible; ++i) {
    auto& [name, x] = members[i];
    if (!x.members.empty())
      possible = (!too_large[i] && names.place(name, x, columns[i]))
                 || names.place_source(name, x, columns[i]);
  }
  if (!possible)
    return std::nullopt;
  sensor_values result;
  for (auto& x : columns)
    std::move(x.begin(), x.end(), std::back_inserter(result));
  return result;
}

} // namespace

sensor_values undivided_payload(std::string_view payload) {
  return {{std::string{csv_table::undivided_column}, cell_text(payload)}};
}

std::optional<sensor_values> object_columns(std::string_view payload,
                                            const std::string& time_column) {
  auto object = parse_lenient_object(payload, max_depth);
  return object ? columns_of(*object, time_column) : std::nullopt;
}

caf::expected<sensor_values> parse_sensor_payload(std::string_view payload) {
  if (payload.size() > max_payload_bytes)
    return caf::error{ec::bad_message, std::string{"more than 256 KiB"}};
  auto result = object_columns(payload, sensor_time);
  return result ? std::move(*result) : undivided_payload(payload);
}

} // namespace camnode
