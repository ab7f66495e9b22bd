#define CAF_SUITE sensor_log
#include "tests/camnode_test.hpp"

#include "actors/sensor_log/sensor_log.hpp"
#include "messages/disk/csv_table.hpp"
#include "tests/actors/sensor_log/sensor_log_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(sensor_log_tests, sensor_log_fixture)

CAF_TEST(readings are in a file per topic once the session is over) {
  record();
  read(100, R"({"t":20.5,"pos":{"x":1}})");
  read(200, "up", "sensor/door");
  read(300, R"({"t":21})");
  stop_at(500);
  advance(1s);
  CAF_CHECK_EQUAL(content("sensor/air", 0, 500),
                  "timestamp,t,pos.x\n" + row(100, "20.5,1") + row(300, "21,"));
  CAF_CHECK_EQUAL(content("sensor/door", 0, 500),
                  "timestamp,value\n" + row(200, "up"));
  CAF_CHECK(board->finished(session.start_ms));
  CAF_CHECK_EQUAL(books().received, 2u);
  CAF_CHECK_EQUAL(books().durable, 2u);
  CAF_CHECK_EQUAL(books().files, std::vector<std::string>{stem(0, 500)});
}

CAF_TEST(new keys widen a file without losing a row) {
  record();
  for (int i = 0; i < 50; ++i)
    read(i, "{\"k" + std::to_string(i) + "\":" + std::to_string(i) + "}");
  stop_at(100);
  advance(1s);
  auto records = parse_csv(content("sensor/air", 0, 100));
  CAF_REQUIRE(records);
  CAF_REQUIRE_EQUAL(records->size(), 51u);
  for (size_t i = 0; i < 50; ++i) {
    auto& fields = records->at(i + 1);
    CAF_REQUIRE_EQUAL(fields.size(), 51u);
    CAF_CHECK_EQUAL(fields[i + 1], std::to_string(i));
  }
}

CAF_TEST(files are cut at the instants of the session) {
  record();
  read(9'999, "1");
  read(10'000, "2");
  advance(20s);
  read(20'000, "3");
  stop_at(25'000);
  advance(6s);
  CAF_CHECK_EQUAL(content("sensor/air", 0, 10'000),
                  "timestamp,value\n" + row(9'999, "1"));
  CAF_CHECK_EQUAL(content("sensor/air", 10'000, 20'000),
                  "timestamp,value\n" + row(10'000, "2"));
  CAF_CHECK_EQUAL(content("sensor/air", 20'000, 25'000),
                  "timestamp,value\n" + row(20'000, "3"));
  CAF_CHECK_EQUAL(books().files.size(), 3u);
}

CAF_TEST(a file is closed after its end though no reading comes) {
  record();
  read(1'000, "1");
  advance(10'250ms);
  CAF_CHECK(books().files.empty());
  advance(250ms);
  CAF_CHECK_EQUAL(books().files, std::vector<std::string>{stem(0, 10'000)});
}

CAF_TEST(readings that were under way at the stop are written) {
  record();
  read(100, "1");
  advance(1s);
  stop_at(1'000);
  read(999, "2");
  read(1'000, "3");
  advance(1s);
  CAF_CHECK_EQUAL(content("sensor/air", 0, 1'000),
                  "timestamp,value\n" + row(100, "1") + row(999, "2"));
  CAF_CHECK_EQUAL(books().received, 2u);
}

CAF_TEST(a reading from before the start is not of the session) {
  record();
  read(-1, "1");
  CAF_CHECK(board->look().empty());
}

CAF_TEST(retained readings are rejected with the reason) {
  record();
  read(100, "1", "sensor/air", true);
  read(200, "2");
  CAF_CHECK_EQUAL(books().received, 2u);
  CAF_CHECK_EQUAL(books().written, 1u);
  CAF_CHECK_EQUAL(books().rejected, (rejections{{stale, 1}}));
}

CAF_TEST(a reading that no row can hold is rejected with the reason) {
  record();
  read(100, std::string((256 << 10) + 1, 'x'));
  read(200, "1", "sensor//" + std::string(300, 'x'));
  read(300, "1", "sensor/\xff");
  CAF_CHECK_EQUAL(books().rejected.size(), 1u);
  CAF_CHECK(books().rejected.begin()->first.find("bad message") == 0);
  CAF_CHECK_EQUAL(books("sensor/\xef\xbf\xbd").rejected,
                  (rejections{{"the topic is not UTF-8", 1}}));
  CAF_CHECK_EQUAL(board->look().size(), 3u);
  for (auto& [topic, x] : board->look()) {
    CAF_CHECK_EQUAL(x.received, 1u);
    CAF_CHECK_EQUAL(x.written, 0u);
  }
}

CAF_TEST(a reading that has no room for its columns is kept undivided) {
  record();
  auto object = [](int first) {
    auto result = "{\"k" + std::to_string(first) + "\":0";
    for (int i = first + 1; i < first + 1'000; ++i)
      result += ",\"k" + std::to_string(i) + "\":0";
    return result + "}";
  };
  read(100, object(0));
  read(200, object(1'000));
  read(300, object(0));
  CAF_CHECK_EQUAL(books().written, 3u);
  stop_at(500);
  advance(1s);
  auto records = parse_csv(content("sensor/air", 0, 500));
  CAF_REQUIRE(records);
  CAF_REQUIRE_EQUAL(records->size(), 4u);
  CAF_CHECK_EQUAL(records->at(0).size(), 1'002u);
  CAF_CHECK_EQUAL(records->at(0).back(), "value");
  CAF_CHECK_EQUAL(records->at(2).back(), object(1'000));
  CAF_CHECK_EQUAL(records->at(3).at(1'000), "0");
}

CAF_TEST(too many topics are rejected together) {
  record();
  auto limit = sensor_log::max_topics;
  // Of no use, but topics all the same; and no file for each.
  for (size_t i = 0; i < limit; ++i)
    read(100, "1", "sensor/" + std::to_string(i), true);
  CAF_CHECK_EQUAL(board->look().size(), limit);
  read(200, "1", "sensor/one-more");
  read(200, "1", "sensor/two-more");
  read(200, "1", "sensor/7");
  CAF_CHECK_EQUAL(board->look().size(), limit + 1);
  auto further = books("(further topics)");
  CAF_CHECK_EQUAL(further.received, 2u);
  CAF_CHECK_EQUAL(further.rejected, (rejections{{"more than 512 topics", 2}}));
  CAF_CHECK_EQUAL(books("sensor/7").written, 1u);
}

CAF_TEST(no topic leaves the folder of the log) {
  record();
  read(100, "1", "sensor/../../../escaped");
  stop_at(200);
  advance(1s);
  CAF_CHECK(!std::filesystem::exists(scratch.path().parent_path() / "escaped"));
  CAF_CHECK_EQUAL(books("sensor/../../../escaped").durable, 1u);
}

CAF_TEST(a restart makes a piece named by its time) {
  record();
  read(100, "1");
  advance(1s);
  end(testee);
  record();
  read(1'500, "2");
  read(10'000, "3");
  stop_at(11'000);
  advance(20s);
  CAF_CHECK_EQUAL(content("sensor/air", 0, 1'000),
                  "timestamp,value\n" + row(100, "1"));
  CAF_CHECK_EQUAL(content("sensor/air", 1'500, 10'000),
                  "timestamp,value\n" + row(1'500, "2"));
  CAF_CHECK_EQUAL(content("sensor/air", 10'000, 11'000),
                  "timestamp,value\n" + row(10'000, "3"));
  CAF_CHECK_EQUAL(books().written, 3u);
}

CAF_TEST_FIXTURE_SCOPE_END()
