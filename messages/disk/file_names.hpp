#pragma once

#include "messages/session_info.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace camnode {

// The name of every file in a data folder. FORMAT.md says what is in them.

constexpr auto film_ending = ".mp4";
constexpr auto table_ending = ".csv"; ///< Of an index, or of readings.
constexpr auto manifest_ending = ".json";
constexpr auto open_ending = ".part"; ///< After one of these: not complete.
constexpr auto damaged_ending = ".damaged"; ///< Set aside by a repair.
constexpr auto version_ending = ".new";     ///< What is to replace a file.
constexpr auto wider_ending = ".wider";     ///< Readings with more columns.

/// The file in `data.dir` that says whose it is.
constexpr auto data_lock_name = ".camnode.lock";

/// The file in `data.dir` that keeps room for the end of a session.
constexpr auto disk_reserve_name = ".camnode.reserve";

/// Whether `name` is that of one of camnode's own files in `data.dir`, which
/// hold no recording.
bool is_own_name(std::string_view name);

/// The name of a session's manifest: `<start_ms>[-<label>].json`.
std::string manifest_name(const session_info& x);

/// Whether a client may have given that name to a manifest: a session's start
/// and perhaps a label.
bool is_manifest_name(std::string_view name);

/// The name that a new version is made for, which is not in its place yet;
/// empty if `name` is not that of one.
std::string_view next_version_of(std::string_view name);

/// The name of a complete piece's files without their extension:
/// `<start_ms>-<end_ms>`.
std::string piece_stem(int64_t start_ms, int64_t end_ms);

/// The name of a piece's file while it is open:
/// `<start_ms>.<extension>.part`.
std::string open_piece_name(int64_t start_ms, std::string_view extension);

/// What the name of a piece's file says.
struct piece_name {
  int64_t start_ms = 0;
  int64_t end_ms = 0;         ///< 0 while it is open.
  std::string_view extension; ///< Without dot and `.part`; borrowed.

  bool open() const {
    return end_ms == 0;
  }
};

/// Reads what `piece_stem` (with an extension) and `open_piece_name` made.
/// @returns Nothing for any other name.
std::optional<piece_name> parse_piece_name(std::string_view name);

/// What a path below `data.dir` is that of.
struct data_path {
  enum class kind { film, index, readings, manifest };

  kind what = kind::film;
  /// A server's id, or a topic (perhaps `marker_topic`); empty for a manifest.
  std::string owner;
  int64_t start_ms = 0; ///< In the name.
  bool open = false;    ///< A `.part`.
};

/// Reads the path of a file of a recording, as camnode names them.
/// @param path From the network.
/// @returns Nothing for any other path.
std::optional<data_path> parse_data_path(std::string_view path);

/// The `start_ms` in the name of a manifest; nothing for what is none.
std::optional<int64_t> manifest_start_ms(std::string_view name);

/// Maps an MQTT topic to the relative path of its directory, one directory per
/// level. Bytes outside `[A-Za-z0-9._-]` are percent-encoded, and so are the
/// dots of the levels "." and ".." and the last dot of a level that ends like
/// a file of the log (`.csv`, `.part`), so that no topic leaves the data
/// folder or takes the place of a file. An empty level is a lone `%`.
/// Distinct topics have distinct paths.
/// @param topic Borrowed for the call. Need not be UTF-8.
/// @returns The path, or `ec::bad_message` with a reason in one line for an
///          empty topic, more than 16 levels, a level of more than 200 bytes
///          once encoded (file systems end at 255), or a NUL.
caf::expected<std::string> topic_path(std::string_view topic);

/// The inverse: the topic whose directory `path` is. For other paths, some
/// text that `topic_path` does not make `path` of.
std::string topic_of(std::string_view path);

/// The folder below `data.dir` that the readings of a topic are in: `markers`
/// for `marker_topic`, else the topic's path in `sensors`.
/// @returns As `topic_path`.
caf::expected<std::string> readings_folder(std::string_view topic);

/// The inverse: the topic whose readings are in that folder below `data.dir`.
/// For other folders, some text whose `readings_folder` is another one.
std::string topic_in(std::string_view folder);

} // namespace camnode
