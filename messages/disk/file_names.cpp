#include "messages/disk/file_names.hpp"

#include "messages/disk/session_records.hpp"
#include "messages/error.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace camnode {

namespace {

/// Takes a time off the front of `text`, written as `std::to_string` does.
std::optional<int64_t> take_time(std::string_view& text) {
  // What UTC nanoseconds can say.
  constexpr auto latest = std::numeric_limits<int64_t>::max() / 1'000'000;
  int64_t result = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(),
                                     result);
  auto size = static_cast<size_t>(end - text.data());
  if (code != std::errc{} || result < 0 || result > latest
      || std::to_string(result) != text.substr(0, size))
    return std::nullopt;
  text.remove_prefix(size);
  return result;
}

constexpr std::string_view sensors_folder = "sensors/";
constexpr std::string_view markers_folder = "markers";

constexpr size_t max_levels = 16;
constexpr size_t max_level_bytes = 200;

bool ends_with(std::string_view x, std::string_view tail) {
  return x.size() >= tail.size() && x.substr(x.size() - tail.size()) == tail;
}

/// @returns The first position in `level` from which on dots are encoded.
size_t first_encoded_dot(std::string_view level) {
  if (level == "." || level == "..")
    return 0;
  // What SENSOR LOG and the repair give to files beside these folders.
  for (auto ending : {table_ending, open_ending, wider_ending, version_ending,
                      damaged_ending})
    if (ends_with(level, ending))
      return level.rfind('.');
  return level.size();
}

std::string encode_level(std::string_view level) {
  if (level.empty())
    return "%";
  constexpr auto digits = "0123456789ABCDEF";
  auto encoded_dots = first_encoded_dot(level);
  std::string result;
  for (size_t i = 0; i < level.size(); ++i) {
    bool plain = is_name_text(level.substr(i, 1))
                 && (level[i] != '.' || i < encoded_dots);
    if (plain) {
      result += level[i];
      continue;
    }
    auto byte = static_cast<unsigned char>(level[i]);
    result += '%';
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

caf::error refusal(std::string_view topic, const char* reason) {
  return {ec::bad_message, "topic " + quote(topic) + ": " + reason};
}

} // namespace

bool is_own_name(std::string_view name) {
  constexpr std::string_view start = ".camnode.";
  return name.substr(0, start.size()) == start;
}

std::string manifest_name(const session_info& x) {
  auto result = std::to_string(x.start_ms);
  if (!x.label.empty())
    result += "-" + x.label;
  return result + manifest_ending;
}

bool is_manifest_name(std::string_view name) {
  constexpr std::string_view json = manifest_ending;
  auto digits = name.find_first_not_of("0123456789");
  return digits != name.npos && digits > 0
         && (name[digits] == '-' || name.substr(digits) == json)
         && name.size() > json.size()
         && name.substr(name.size() - json.size()) == json;
}

std::string_view next_version_of(std::string_view name) {
  for (std::string_view end : {version_ending, wider_ending})
    if (name.size() > end.size()
        && name.substr(name.size() - end.size()) == end)
      return name.substr(0, name.size() - end.size());
  return {};
}

std::string piece_stem(int64_t start_ms, int64_t end_ms) {
  return std::to_string(start_ms) + '-' + std::to_string(end_ms);
}

std::string open_piece_name(int64_t start_ms, std::string_view extension) {
  auto result = std::to_string(start_ms) + '.';
  result += extension;
  return result + open_ending;
}

std::optional<piece_name> parse_piece_name(std::string_view name) {
  constexpr std::string_view part = open_ending;
  piece_name result;
  auto start = take_time(name);
  if (!start || name.empty())
    return std::nullopt;
  result.start_ms = *start;
  if (name.front() == '-') {
    name.remove_prefix(1);
    auto end = take_time(name);
    if (!end || *end < *start || *end == 0)
      return std::nullopt;
    result.end_ms = *end;
  } else if (name.size() > part.size()
             && name.substr(name.size() - part.size()) == part) {
    name.remove_suffix(part.size());
  } else {
    return std::nullopt;
  }
  if (name.size() < 2 || name.front() != '.'
      || name.find('.', 1) != std::string_view::npos)
    return std::nullopt;
  result.extension = name.substr(1);
  return result;
}

std::optional<int64_t> manifest_start_ms(std::string_view name) {
  return is_manifest_name(name) ? take_time(name) : std::nullopt;
}

std::optional<data_path> parse_data_path(std::string_view path) {
  using kind = data_path::kind;
  auto slash = path.rfind('/');
  if (slash == path.npos)
    return std::nullopt;
  auto folder = path.substr(0, slash);
  auto name = path.substr(slash + 1);
  if (folder == "sessions") {
    auto start = manifest_start_ms(name);
    if (!start || !is_name_text(name))
      return std::nullopt;
    return data_path{kind::manifest, {}, *start, false};
  }
  auto piece = parse_piece_name(name);
  if (!piece)
    return std::nullopt;
  auto film = piece->extension == "mp4";
  if (!film && piece->extension != "csv")
    return std::nullopt;
  constexpr std::string_view cameras = "cam/";
  std::string owner{folder.substr(std::min(cameras.size(), folder.size()))};
  if (folder.substr(0, cameras.size()) == cameras && is_node_id(owner))
    return data_path{film ? kind::film : kind::index, owner, piece->start_ms,
                     piece->open()};
  // Only the folder of a topic leads back to itself.
  auto topic = topic_in(folder);
  auto its_own = readings_folder(topic);
  if (film || !its_own || *its_own != folder)
    return std::nullopt;
  return data_path{kind::readings, topic, piece->start_ms, piece->open()};
}

caf::expected<std::string> topic_path(std::string_view topic) {
  if (topic.empty())
    return refusal(topic, "empty");
  if (topic.find('\0') != std::string_view::npos)
    return refusal(topic, "a NUL inside");
  std::string result;
  size_t begin = 0;
  for (size_t levels = 1; begin <= topic.size(); ++levels) {
    if (levels > max_levels)
      return refusal(topic, "more than 16 levels");
    auto end = std::min(topic.find('/', begin), topic.size());
    auto level = encode_level(topic.substr(begin, end - begin));
    if (level.size() > max_level_bytes)
      return refusal(topic, "a level of more than 200 bytes once encoded");
    if (!result.empty())
      result += '/';
    result += level;
    begin = end + 1;
  }
  return result;
}

std::string topic_of(std::string_view path) {
  auto digit = [](char c) {
    if (c >= '0' && c <= '9')
      return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string result;
  for (size_t i = 0; i < path.size(); ++i) {
    auto high = path[i] == '%' && i + 2 < path.size() ? digit(path[i + 1]) : -1;
    auto low = high >= 0 ? digit(path[i + 2]) : -1;
    if (low >= 0) {
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else if (path[i] != '%') { // A lone one is an empty level.
      result += path[i];
    }
  }
  return result;
}

caf::expected<std::string> readings_folder(std::string_view topic) {
  if (topic == marker_topic)
    return std::string{markers_folder};
  auto path = topic_path(topic);
  if (path)
    path->insert(0, sensors_folder);
  return path;
}

std::string topic_in(std::string_view folder) {
  if (folder == markers_folder)
    return marker_topic;
  auto nested = folder.substr(0, sensors_folder.size()) == sensors_folder;
  return nested ? topic_of(folder.substr(sensors_folder.size()))
                : std::string{};
}

} // namespace camnode
