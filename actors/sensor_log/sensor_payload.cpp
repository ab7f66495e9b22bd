#include "actors/sensor_log/sensor_payload.hpp"

#include "messages/error.hpp"
#include "messages/text.hpp"

#include <nlohmann/json.hpp>

#include <unordered_set>

namespace camnode {

namespace {

using nlohmann::json;

constexpr size_t max_depth = 32;
constexpr size_t max_leaves = csv_table::max_columns - 1;

/// Collects the leaves of a JSON object as the parser meets them: no tree is
/// built, and numbers are still the text that they were.
class leaf_collector : public nlohmann::json_sax<json> {
public:
  /// What the sensor did wrong in an object; empty if it is not one, or not
  /// JSON.
  const std::string& violation() const {
    return violation_;
  }

  sensor_values take_leaves() {
    return std::move(leaves_);
  }

  bool null() override {
    return add({});
  }

  bool boolean(bool x) override {
    return add(x ? "true" : "false");
  }

  bool number_integer(number_integer_t x) override {
    return add(std::to_string(x));
  }

  bool number_unsigned(number_unsigned_t x) override {
    return add(std::to_string(x));
  }

  bool number_float(number_float_t, const string_t& text) override {
    return add(text);
  }

  bool string(string_t& x) override {
    return add(to_utf8(x));
  }

  bool binary(binary_t&) override {
    return false;
  }

  bool start_object(size_t) override {
    return enter(false);
  }

  bool key(string_t& x) override {
    auto& here = levels_.back();
    here.empty = false;
    path_.resize(here.path_size);
    if (levels_.size() > 1)
      path_ += '.';
    path_ += to_utf8(x);
    return true;
  }

  bool end_object() override {
    return leave();
  }

  bool start_array(size_t) override {
    return enter(true);
  }

  bool end_array() override {
    return leave();
  }

  bool parse_error(size_t, const std::string&,
                   const json::exception&) override {
    return false;
  }

private:
  struct level {
    bool is_array;
    size_t path_size; ///< Of the path of the object or array itself.
    size_t next_index = 0;
    bool empty = true;
  };

  bool enter(bool is_array) {
    // A payload that is no object is not taken apart.
    if (levels_.empty() && is_array)
      return false;
    name_element();
    if (levels_.size() == max_depth)
      return refuse("more than 32 levels");
    levels_.push_back({is_array, path_.size()});
    return true;
  }

  bool leave() {
    auto was = levels_.back();
    levels_.pop_back();
    path_.resize(was.path_size);
    return !was.empty || levels_.empty() || add_leaf({});
  }

  bool add(std::string text) {
    if (levels_.empty())
      return false;
    name_element();
    return add_leaf(std::move(text));
  }

  /// Where an array is open, puts the next element's index into the path.
  void name_element() {
    if (levels_.empty() || !levels_.back().is_array)
      return;
    auto& here = levels_.back();
    here.empty = false;
    path_.resize(here.path_size);
    path_ += '.';
    path_ += std::to_string(here.next_index++);
  }

  bool add_leaf(std::string text) {
    auto name = path_ == "timestamp" ? "payload.timestamp" : path_;
    if (name.size() > csv_table::max_key_bytes)
      return refuse("a key of more than 256 bytes: " + quote(name));
    if (leaves_.size() == max_leaves)
      return refuse("more than 1023 values");
    if (!names_.insert(name).second)
      return refuse("two values for the key " + quote(name));
    leaves_.emplace_back(std::move(name), std::move(text));
    return true;
  }

  bool refuse(std::string reason) {
    violation_ = std::move(reason);
    return false;
  }

  std::vector<level> levels_;
  std::string path_;
  sensor_values leaves_;
  std::unordered_set<std::string> names_;
  std::string violation_;
};

} // namespace

caf::expected<sensor_values> parse_sensor_payload(std::string_view payload) {
  if (payload.size() > max_payload_bytes)
    return caf::error{ec::bad_message, std::string{"more than 256 KiB"}};
  leaf_collector leaves;
  if (json::sax_parse(payload, &leaves))
    return leaves.take_leaves();
  if (!leaves.violation().empty())
    return caf::error{ec::bad_message, leaves.violation()};
  return sensor_values{{"value", to_utf8(payload)}};
}

} // namespace camnode
