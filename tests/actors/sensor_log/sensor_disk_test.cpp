#define CAF_SUITE sensor_disk
#include "tests/camnode_test.hpp"

#include "actors/sensor_log/sensor_files.hpp"
#include "messages/disk/file_names.hpp"
#include "tests/actors/sensor_log/sensor_log_fixture.hpp"

#include <fstream>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(sensor_disk_tests, sensor_log_fixture)

CAF_TEST(a broker that is back does not hide what the disk refused) {
  record();
  broker.come_up();
  board->failed("disk full", 1);
  broker.go_down();
  broker.come_up();
  consume_messages();
  CAF_CHECK_EQUAL(board->last_error(), "disk full");
}

CAF_TEST(files of many topics are synced a few at a time) {
  record();
  for (int i = 0; i < 9; ++i)
    read(100, "1", "sensor/" + std::to_string(i));
  step_ns = 100 * ms; // A look at the clock, as slow as a disk.
  now_ns += 250 * ms;
  advance_time(250ms);
  sched.run_once();
  auto durable = [&] {
    size_t n = 0;
    for (auto& [topic, x] : board->look())
      n += x.durable;
    return n;
  };
  auto beat_while = [&](size_t n) {
    for (int i = 0; i < 20 && durable() <= n; ++i) {
      advance_time(0ms);
      sched.run_once();
    }
  };
  beat_while(0); // Their folders come first.
  CAF_CHECK(durable() > 0);
  CAF_CHECK(durable() < 9);
  beat_while(8);
  CAF_CHECK_EQUAL(durable(), 9u);
  step_ns = 0;
}

CAF_TEST(a file that fails costs its reading and not the next) {
  record();
  // Somebody else has the name.
  std::filesystem::create_directories(folder("sensor/air"));
  auto taken = scratch.put("sensors/sensor/air/"
                             + open_piece_name(start_ms, "csv"),
                           "precious");
  read(100, "1");
  CAF_CHECK_EQUAL(books().rejected, (rejections{{"disk", 1}}));
  CAF_CHECK(board->last_error().find("open failed") == 0);
  std::filesystem::remove(taken);
  read(200, "2");
  CAF_CHECK_EQUAL(books().written, 1u);
}

CAF_TEST(what keeps a topic from its files is told once) {
  std::filesystem::create_directories(folder("sensor/air"));
  auto taken = scratch.put("sensors/sensor/air/"
                             + open_piece_name(start_ms, "csv"),
                           "precious");
  int told = 0;
  sensor_files testee{scratch.path(), nullptr, board,
                      [&](const std::string&) { ++told; }};
  board->begin(start_ms);
  testee.begin(session);
  auto take = [&](int64_t at_ms) {
    testee.take({"sensor/air", "1", session.anchor_mono_ns + at_ms * ms});
  };
  for (int64_t at_ms = 100; at_ms < 1'000; at_ms += 100)
    take(at_ms);
  CAF_CHECK_EQUAL(told, 1);
  CAF_CHECK_EQUAL(books().rejected, (rejections{{"disk", 9}}));
  std::filesystem::remove(taken);
  take(1'000);
  CAF_CHECK_EQUAL(books().written, 1u);
  CAF_CHECK_EQUAL(told, 1);
  // It is over once a reading since is durable.
  auto error = board->last_error();
  CAF_CHECK_NOT_EQUAL(error, "");
  CAF_CHECK(testee.sync([] { return false; }));
  CAF_CHECK_EQUAL(board->last_error(), "");
  CAF_CHECK_EQUAL(board->last_trouble().text, error);
  CAF_CHECK(board->last_trouble().at_ns > 0);
}

CAF_TEST(a file that cannot be opened leaves the name of the last one alone) {
  record();
  read(100, "1");
  read(9'000, "2");
  advance(15s); // That file is complete when the next one fails.
  CAF_CHECK_EQUAL(books().files, (std::vector<std::string>{stem(0, 10'000)}));
  auto air = folder("sensor/air");
  std::filesystem::rename(air, scratch.path() / "away");
  std::ofstream{air} << "no folder";
  read(15'100, "3");
  CAF_CHECK_EQUAL(books().files, (std::vector<std::string>{stem(0, 10'000)}));
  CAF_CHECK_EQUAL(books().rejected, (rejections{{"disk", 1}}));
}

CAF_TEST(a file that cannot be completed leaves its session incomplete) {
  record();
  read(100, "1");
  std::filesystem::remove_all(scratch.path() / "sensors/sensor");
  stop_at(1'000);
  advance(2s);
  CAF_CHECK(board->finished(start_ms));
  CAF_CHECK(!board->complete(start_ms));
  CAF_CHECK_NOT_EQUAL(board->last_error(), "");
}

CAF_TEST(what is durable is told while the session goes on) {
  record();
  read(100, "1");
  CAF_CHECK_EQUAL(books().durable, 0u);
  advance(250ms);
  CAF_CHECK_EQUAL(books().durable, 1u);
  CAF_CHECK_EQUAL(figures("sensor_log").state, "logging 1 topics, 1 readings");
}

CAF_TEST_FIXTURE_SCOPE_END()
