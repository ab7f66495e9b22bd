#define CAF_SUITE file_names
#include "tests/camnode_test.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/disk/session_records.hpp"
#include "messages/error.hpp"

#include <map>

using namespace camnode;

namespace {

std::string path(std::string_view topic) {
  auto x = topic_path(topic);
  return x ? *x : describe(x.error());
}

std::string folder(std::string_view topic) {
  auto x = readings_folder(topic);
  return x ? *x : describe(x.error());
}

bool refused(std::string_view topic) {
  return !topic_path(topic);
}

} // namespace

CAF_TEST(plain topics are paths) {
  CAF_CHECK_EQUAL(path("sensor"), "sensor");
  CAF_CHECK_EQUAL(path("sensor/Room-1/air_2.5"), "sensor/Room-1/air_2.5");
}

CAF_TEST(other bytes are encoded) {
  CAF_CHECK_EQUAL(path("a b/\xc3\xa4/100%"), "a%20b/%C3%A4/100%25");
  CAF_CHECK_EQUAL(path("$SYS/a\\b\n"), "%24SYS/a%5Cb%0A");
}

CAF_TEST(no topic leaves its folder) {
  CAF_CHECK_EQUAL(path("../../etc"), "%2E%2E/%2E%2E/etc");
  CAF_CHECK_EQUAL(path("a/./b"), "a/%2E/b");
  CAF_CHECK_EQUAL(path("/etc/passwd"), "%/etc/passwd");
  CAF_CHECK_EQUAL(path("..."), "...");
}

CAF_TEST(empty levels are levels) {
  CAF_CHECK_EQUAL(path("a//b/"), "a/%/b/%");
  CAF_CHECK_EQUAL(path("/"), "%/%");
}

CAF_TEST(no topic takes the place of a file) {
  CAF_CHECK_EQUAL(path("a/1-2.csv"), "a/1-2%2Ecsv");
  CAF_CHECK_EQUAL(path("a/1.csv.part"), "a/1.csv%2Epart");
  CAF_CHECK_EQUAL(path("a/1.csv.part.wider"), "a/1.csv.part%2Ewider");
  CAF_CHECK_EQUAL(path("a/1-2.csv.new"), "a/1-2.csv%2Enew");
  CAF_CHECK_EQUAL(path("a/1.csv.damaged"), "a/1.csv%2Edamaged");
  CAF_CHECK_EQUAL(path(".csv/x.csvs"), "%2Ecsv/x.csvs");
}

CAF_TEST(distinct topics have distinct paths) {
  // All topics of up to four characters of an alphabet of what is special.
  const std::string alphabet = "a./%2E ";
  std::map<std::string, std::string> topics_by_path;
  std::vector<std::string> topics{"a.csv", "a%2Ecsv", "a%252Ecsv", ".part"};
  std::vector<std::string> frontier{""};
  for (int length = 1; length <= 4; ++length) {
    std::vector<std::string> longer;
    for (const auto& x : frontier)
      for (auto c : alphabet)
        longer.push_back(x + c);
    topics.insert(topics.end(), longer.begin(), longer.end());
    frontier = std::move(longer);
  }
  for (const auto& topic : topics) {
    auto added = topics_by_path.emplace(path(topic), topic).second;
    if (!added)
      CAF_ERROR("a path twice, for " << topic);
  }
  CAF_CHECK_EQUAL(topics_by_path.size(), topics.size());
}

CAF_TEST(paths are bounded) {
  CAF_CHECK(refused(""));
  CAF_CHECK(refused({"a\0b", 3}));
  CAF_CHECK(!refused(std::string(200, 'a')));
  CAF_CHECK(refused(std::string(201, 'a')));
  CAF_CHECK(refused(std::string(67, ' ')));
  std::string levels = "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16";
  CAF_CHECK(!refused(levels));
  CAF_CHECK_EQUAL(path(levels + "/"), "bad message: topic \"" + levels
                                        + "/\": more than 16 levels");
}

CAF_TEST(a path leads back to its topic) {
  for (std::string topic :
       {"sensor/door", "a", "/a", "a/", "//", "..", "a/../b", "x.csv", "x.part",
        "a b/\xff\x01", "%", "%41", "a%/b", "100%"}) {
    auto path = topic_path(topic);
    CAF_REQUIRE(path);
    CAF_CHECK_EQUAL(topic_of(*path), topic);
  }
}

CAF_TEST(a folder of readings leads back to its topic) {
  for (std::string topic : {"sensor/door", "markers", marker_topic})
    CAF_CHECK_EQUAL(topic_in(folder(topic)), topic);
  CAF_CHECK_EQUAL(folder("a b/c"), "sensors/a%20b/c");
  CAF_CHECK_EQUAL(folder(marker_topic), "markers");
  CAF_CHECK(!readings_folder(""));
}

CAF_TEST(the path of a recording says what it is) {
  using kind = data_path::kind;
  auto film = parse_data_path("cam/pi-3/17-18.mp4");
  CAF_REQUIRE(film);
  CAF_CHECK(film->what == kind::film && !film->open);
  CAF_CHECK_EQUAL(film->owner, "pi-3");
  CAF_CHECK_EQUAL(film->start_ms, 17);
  auto index = parse_data_path("cam/pi-3/17.csv.part");
  CAF_CHECK(index && index->what == kind::index && index->open);
  auto readings = parse_data_path("sensors/a%20b/%/%2E%2E/17-18.csv");
  CAF_REQUIRE(readings);
  CAF_CHECK(readings->what == kind::readings);
  CAF_CHECK_EQUAL(readings->owner, "a b//..");
  auto markers = parse_data_path("markers/17-18.csv");
  CAF_REQUIRE(markers);
  CAF_CHECK(markers->what == kind::readings);
  CAF_CHECK_EQUAL(markers->owner, marker_topic);
  auto manifest = parse_data_path("sessions/17-trial.json");
  CAF_CHECK(manifest && manifest->what == kind::manifest);
}

CAF_TEST(other paths are those of no recording) {
  for (auto* x : {"",
                  "/",
                  "cam",
                  "cam/",
                  "cam/pi-3",
                  "cam/pi-3/",
                  "cam/17-18.mp4",
                  "cam/../17-18.mp4",
                  "cam/./17-18.mp4",
                  "cam//17-18.mp4",
                  "cam/a/b/17-18.mp4",
                  "/cam/pi-3/17-18.mp4",
                  "cam/pi-3/17-18.mp4/",
                  "cam/pi-3/17-18.mp4.part",
                  "cam/pi-3/17.mp4",
                  "cam/pi-3/17-18.mp4.new",
                  "cam/pi-3/17-18.txt",
                  "cam/pi-3/17-18.json",
                  "cam/pi-3/.17-18.mp4",
                  "cam/pi 3/17-18.mp4",
                  "sensors/17-18.csv",
                  "markers/17-18.mp4",
                  "markers/a/17-18.csv",
                  "sensors/%28markers%29/17-18.csv",
                  "sensors/a/17-18.mp4",
                  "sensors/../17-18.csv",
                  "sensors/a/../17-18.csv",
                  "sensors/./17-18.csv",
                  "sensors//a/17-18.csv",
                  "sensors/a b/17-18.csv",
                  "sensors/%61/17-18.csv",
                  "sensors/a.csv/17-18.csv",
                  "sensors/a/17.csv.part.wider",
                  "sessions/x.json",
                  "sessions/17.json.new",
                  "sessions/a/17.json",
                  "sessions/17-a/b.json",
                  "sessions/17- .json",
                  "sessions/.17.json",
                  ".camnode.lock",
                  "sessions/.camnode.lock",
                  "../sessions/17.json",
                  "sessions/../sessions/17.json"})
    CAF_CHECK(!parse_data_path(x));
}
