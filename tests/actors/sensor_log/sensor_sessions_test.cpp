#define CAF_SUITE sensor_sessions
#include "tests/camnode_test.hpp"

#include "tests/actors/sensor_log/sensor_log_fixture.hpp"

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(sensor_sessions_tests, sensor_log_fixture)

CAF_TEST(without a session readings are nobodys) {
  start_log();
  read(100, "1");
  read(110, "x", "sensor/door", true);
  advance(1s);
  advance(250ms); // A session that has begun would be known by now.
  CAF_CHECK(board->look().empty());
  CAF_CHECK(std::filesystem::is_empty(scratch.path()));
  CAF_CHECK_EQUAL(board->outside(), 2u);
  auto all = board->totals();
  CAF_CHECK_EQUAL(all["sensor/air"].received, 1u);
  CAF_CHECK_EQUAL(all["sensor/air"].rejected, (rejections{{no_session, 1}}));
  CAF_CHECK_EQUAL(all["sensor/door"].rejected, (rejections{{no_session, 1}}));
}

CAF_TEST(every reading is in the books in sessions and outside) {
  uint64_t sent = 0;
  auto balanced = [&](const sensor_board::topics& topics) {
    uint64_t received = 0;
    for (auto& [topic, x] : topics) {
      auto n = x.written;
      for (auto& [reason, rejected] : x.rejected)
        n += rejected;
      CAF_CHECK_EQUAL(x.received, n);
      received += x.received;
    }
    return received;
  };
  auto hear = [&](int64_t at_ms, const std::string& payload) {
    ++sent;
    read(at_ms, payload);
    balanced(board->look());
    balanced(board->totals());
  };
  start_log();
  for (int n = 0; n < 3; ++n) {
    hear(-1'500, "before");
    hear(-100, "just before");
    tell(testee, session);
    hear(10, "1");
    hear(20, "\xff");
    hear(30, std::string(300 << 10, 'x'));
    stop_at(50);
    hear(60, "behind");
    advance(10s);
    CAF_CHECK_EQUAL(balanced(board->look()), 3u);
    CAF_CHECK_EQUAL(board->outside(), 3 * (n + 1u));
    session.start_ms += 10'000;
    session.anchor_mono_ns += 10'000 * ms;
    session.stop_ms = 0;
  }
  for (size_t i = 0; i < mqtt_queue::max_messages + 904; ++i, ++sent)
    broker.deliver("sensor/air", "flood", now_ns);
  advance(2s);
  end(testee);
  CAF_CHECK_EQUAL(balanced(board->totals()), sent);
  CAF_CHECK_EQUAL(+board->totals()["sensor/air"].rejected[too_many_at_once],
                  904u);
}

CAF_TEST(readings that came before the news of their session are its own) {
  start_log();
  read(-1, "0");
  read(0, "1");
  read(20, "2");
  tell(testee, session);
  read(30, "3");
  stop_at(100);
  advance(1s);
  CAF_CHECK_EQUAL(content("sensor/air", 0, 100), "timestamp,value\n"
                                                   + row(0, "1") + row(20, "2")
                                                   + row(30, "3"));
}

CAF_TEST(readings from after the stop are left out before the news of it) {
  record();
  read(10, "1");
  stop->draw(start_ms, [] { return start_ms + 50; });
  read(49, "2");
  read(50, "3");
  stop_at(50);
  advance(1s);
  CAF_CHECK_EQUAL(content("sensor/air", 0, 50),
                  "timestamp,value\n" + row(10, "1") + row(49, "2"));
  CAF_CHECK_EQUAL(books().received, 2u);
}

CAF_TEST(a log that is held up ends its files at the stop all the same) {
  record();
  read(10, "1");
  stop_at(50);
  now_ns += 20'000 * ms; // After the end of the segment, too.
  advance(250ms);
  CAF_CHECK_EQUAL(content("sensor/air", 0, 50),
                  "timestamp,value\n" + row(10, "1"));
}

CAF_TEST(a reading is of one session alone) {
  record();
  read(10, "1");
  stop_at(50);
  advance(1s);
  read(900, "2");
  session.start_ms += 800;
  session.anchor_mono_ns += 800 * ms;
  session.stop_ms = 0;
  tell(testee, session);
  tell(testee, session);
  CAF_CHECK_EQUAL(books().received, 1u);
}

CAF_TEST(readings that there is no room for are in the books of their topic) {
  record();
  broker.deliver("sensor/door", "open", session.anchor_mono_ns);
  for (size_t i = 0; i < mqtt_queue::max_messages + 904; ++i)
    broker.deliver("sensor/air", "1", session.anchor_mono_ns);
  broker.deliver("sensor/door", "closed", session.anchor_mono_ns);
  consume_messages(); // All of them came while the log was held up.
  CAF_CHECK_EQUAL(books("sensor/door").written, 2u); // The flood was another's.
  CAF_CHECK_EQUAL(books().written, mqtt_queue::max_messages - 2);
  CAF_CHECK_EQUAL(books().rejected, (rejections{{too_many_at_once, 906}}));
  CAF_CHECK_EQUAL(books().received, mqtt_queue::max_messages + 904);
  read(1, "2");
  CAF_CHECK_EQUAL(books().written, mqtt_queue::max_messages - 1);
}

CAF_TEST(readings that there is no room for are of the session they came in) {
  record();
  stop->draw(start_ms, [] { return start_ms + 50; });
  constexpr auto n = mqtt_queue::max_messages;
  for (size_t i = 0; i < n + 5; ++i)
    broker.deliver("sensor/air", "1", session.anchor_mono_ns + 10 * ms);
  for (int i = 0; i < 7; ++i)
    broker.deliver("sensor/air", "1", session.anchor_mono_ns + 500 * ms);
  stop_at(50);
  consume_messages();
  CAF_CHECK_EQUAL(books().received, n + 5);
  advance(2s);
  CAF_CHECK_EQUAL(books().received, n + 5);
  CAF_CHECK_EQUAL(board->outside(), 7u);
  CAF_CHECK_EQUAL(+board->totals()["sensor/air"].rejected[too_many_at_once],
                  12u);
}

CAF_TEST(readings that came to an earlier life are written by the next one) {
  record();
  read(10, "1");
  constexpr auto n = mqtt_queue::max_messages;
  for (size_t i = 0; i < n + 904; ++i) // Told, and not looked at.
    broker.deliver("sensor/air", "2", session.anchor_mono_ns + 20 * ms);
  caf::anon_send<caf::message_priority::high>(
    caf::actor_cast<caf::actor>(testee),
    caf::exit_msg{testee.address(), caf::exit_reason::kill});
  consume_messages();
  CAF_CHECK_EQUAL(books().written, 1u);
  record();
  advance(250ms);
  CAF_CHECK_EQUAL(books().written, 1 + n);
  CAF_CHECK_EQUAL(books().rejected, (rejections{{too_many_at_once, 904}}));
}

CAF_TEST(readings of the next session wait while the last one ends) {
  record();
  read(10, "1");
  stop_at(50);
  read(60, "2");
  advance(1s);
  session.start_ms += 55;
  session.anchor_mono_ns += 55 * ms;
  session.stop_ms = 0;
  tell(testee, session);
  CAF_CHECK_EQUAL(books().written, 1u);
}

CAF_TEST(readings of a session are its own however late the log hears of it) {
  record();
  read(10, "1");
  auto next = session;
  next.start_ms += 20'000;
  next.anchor_mono_ns += 20'000 * ms;
  // All of this while the log is held up.
  now_ns += 40'000 * ms;
  stop->draw(start_ms, [] { return start_ms + 50; });
  stop->draw(start_ms + 9'000, [] { return start_ms + 10'000; });
  for (int64_t at_ms : {40, 60, 19'999, 20'000, 30'000, 39'000})
    broker.deliver("sensor/air", "2", session.anchor_mono_ns + at_ms * ms);
  session.stop_ms = start_ms + 50;
  caf::anon_send(testee, session);
  caf::anon_send(testee, next);
  consume_messages();
  CAF_CHECK_EQUAL(books().written, 3u);
  CAF_CHECK_EQUAL(content("sensor/air", 0, 50),
                  "timestamp,value\n" + row(10, "1") + row(40, "2"));
  CAF_CHECK_EQUAL(board->outside(), 2u);
}

CAF_TEST(a log that ends while it is late leaves the readings to the next) {
  record();
  read(10, "1");
  auto next = session;
  next.start_ms += 20'000;
  next.anchor_mono_ns += 20'000 * ms;
  now_ns += 40'000 * ms;
  session.stop_ms = start_ms + 50;
  for (int64_t at_ms : {40, 60, 30'000})
    broker.deliver("sensor/air", "2", session.anchor_mono_ns + at_ms * ms);
  caf::anon_send<caf::message_priority::high>(
    caf::actor_cast<caf::actor>(testee),
    caf::exit_msg{testee.address(), caf::exit_reason::kill});
  consume_messages();
  board->keep(start_ms);
  start_log();
  caf::anon_send(testee, session);
  caf::anon_send(testee, next);
  consume_messages();
  CAF_CHECK_EQUAL(+board->look(start_ms)["sensor/air"].written, 2u);
  CAF_CHECK(board->complete(start_ms));
  CAF_CHECK_EQUAL(books().written, 1u);
  CAF_CHECK_EQUAL(board->outside(), 1u);
}

CAF_TEST(readings that are too large are counted) {
  record();
  broker.deliver_oversized("sensor/air", session.anchor_mono_ns + 10 * ms);
  consume_messages();
  CAF_CHECK_EQUAL(books().received, 1u);
  CAF_CHECK_EQUAL(books().rejected, (rejections{{"larger than 256 KiB", 1}}));
}

CAF_TEST(readings without a session are kept within bounds) {
  start_log();
  for (size_t i = 0; i < mqtt_queue::max_messages + 5; ++i)
    broker.deliver("sensor/air", "1", session.anchor_mono_ns);
  advance(250ms);
  tell(testee, session);
  CAF_CHECK_EQUAL(books().written, +mqtt_queue::max_messages);
  CAF_CHECK_EQUAL(books().received, mqtt_queue::max_messages + 5);
}

CAF_TEST(a session begins when all readings of the last one are in files) {
  record();
  for (int i = 0; i < 99; ++i)
    read(10, "1", "sensor/" + std::to_string(i));
  now_ns += 1'000 * ms;
  for (int i = 0; i < 99; ++i)
    broker.deliver("sensor/" + std::to_string(i), "2",
                   session.anchor_mono_ns + 900 * ms);
  broker.deliver("sensor/air", "next", session.anchor_mono_ns + 1'000 * ms);
  // A stop and a start after it, while each look at the clock is as slow as a
  // disk that is nearly stuck.
  board->keep(start_ms);
  session.stop_ms = start_ms + 950;
  auto next = session;
  next.start_ms += 1'000;
  next.anchor_mono_ns += 1'000 * ms;
  next.stop_ms = 0;
  step_ns = 300 * ms;
  tell(testee, session);
  tell(testee, next);
  CAF_CHECK_EQUAL(board->session_ms(), start_ms);
  for (int i = 0; i < 2'000 && board->session_ms() == start_ms; ++i) {
    advance_time(250ms);
    sched.run_once();
  }
  step_ns = 0;
  advance(1s);
  CAF_CHECK(board->complete(start_ms));
  uint64_t written = 0;
  for (auto& [topic, x] : board->look(start_ms)) {
    CAF_CHECK_EQUAL(x.files.size(), 1u);
    CAF_CHECK(x.rejected.empty());
    written += x.written;
  }
  CAF_CHECK_EQUAL(written, 198u);
  CAF_CHECK_EQUAL(board->outside(), 0u);
  CAF_CHECK_EQUAL(books().written, 1u);
}

CAF_TEST(another session has files and books of its own) {
  record();
  read(100, "1");
  advance(3s);
  auto first = session;
  session.start_ms += 3'000;
  session.anchor_mono_ns += 3'000 * ms;
  tell(testee, session);
  read(50, "2");
  advance(1s);
  CAF_CHECK_EQUAL(content("sensor/air", 0, 3'000),
                  "timestamp,value\n" + row(100, "1"));
  CAF_CHECK_EQUAL(books().received, 1u);
  CAF_CHECK(!board->finished(session.start_ms));
}

CAF_TEST_FIXTURE_SCOPE_END()
