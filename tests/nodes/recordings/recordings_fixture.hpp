#pragma once

// What the tests of recordings share. Include it after `camnode_test.hpp`.

#include "nodes/recordings/recordings.hpp"
#include "tests/actors/session/recorded_session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camnode_test::recorded {

using json = nlohmann::json;

struct recordings_fixture : recorded_session {
  recordings_fixture() {
    open.durable_frames = [this](auto&, auto) { return durable; };
    open.undurable_readings = [this](auto&) { return undurable; };
  }

  std::shared_ptr<recordings> disk() const {
    return std::make_shared<recordings>(dir.path(), open);
  }

  /// What the list says of the only session.
  json listed() const {
    auto list = json::parse(disk()->list().body).at("sessions");
    CAF_REQUIRE_EQUAL(list.size(), 1u);
    return list[0];
  }

  /// The frame of the camera at an instant.
  json at(int64_t ns) const {
    auto page = disk()->at(start_ms, ns);
    CAF_CHECK_EQUAL(page.status, 200u);
    return json::parse(page.body).at("cameras").at("cam-a");
  }

  open_files open;
  std::optional<uint64_t> durable; ///< Of the open piece.
  uint64_t undurable = 0;          ///< Readings.
};

/// The bytes that a page sends.
inline std::string bytes_of(const http_page& x) {
  CAF_REQUIRE(x.file);
  std::string result(x.file->size, '\0');
  CAF_CHECK(read_at(x.file->fd.get(), x.file->offset,
                    reinterpret_cast<uint8_t*>(result.data()), result.size()));
  return result;
}

/// The value of a field of the head; empty if it is not there.
inline std::string field(const http_page& x, const std::string& name) {
  for (auto& y : x.fields)
    if (y.name == name)
      return y.value;
  return {};
}

/// A copy, which outlives `x`.
inline json value(const json& x, const char* key) {
  return x.at(key);
}

/// The first JSON that the document has below a heading.
inline json example(const std::string& heading) {
  auto text = content_of(CAMNODE_SOURCE_DIR "/messages/wire/API.md");
  auto begin = text.find("```json\n", text.find(heading + "\n")) + 8;
  return json::parse(text.substr(begin, text.find("```", begin) - begin));
}

inline std::vector<std::string> keys_of(const json& x) {
  std::vector<std::string> result;
  for (auto& [key, value] : x.items())
    result.push_back(key);
  return result;
}

inline std::string error_of(const http_page& x) {
  return json::parse(x.body).at("error");
}

} // namespace camnode_test::recorded
