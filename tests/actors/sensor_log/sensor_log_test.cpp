#define CAF_SUITE sensor_log
#include "tests/camnode_test.hpp"

#include "actors/sensor_log/sensor_log.hpp"
#include "messages/disk/file_names.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/fake_mqtt.hpp"
#include "tests/scratch_directory.hpp"

#include <fstream>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t start_ms = 1'800'000'000'000;

struct fixture : actor_fixture {
  fixture() : board(std::make_shared<sensor_board>()) {
    session.start_ms = start_ms;
    session.anchor_mono_ns = now_ns;
    session.segment_ms = 10'000;
  }

  ~fixture() override {
    end_actors();
  }

  void start_log() {
    testee = start<sensor_log>("sensor_log",
                               sensor_log_options{"desk", topics,
                                                  scratch.path(), slow_clock(),
                                                  stop, queue},
                               broker.clients(), board);
  }

  /// Each look takes `step_ns`.
  std::function<int64_t()> slow_clock() {
    return [this] { return now_ns += step_ns; };
  }

  void record() {
    start_log();
    tell(testee, session);
  }

  /// A reading that arrives `at_ms` after the session's start.
  void read(int64_t at_ms, const std::string& payload,
            const std::string& topic = "sensor/air", bool retained = false) {
    broker.deliver(topic, payload, session.anchor_mono_ns + at_ms * ms,
                   retained);
    consume_messages();
  }

  void stop_at(int64_t at_ms) {
    session.stop_ms = start_ms + at_ms;
    tell(testee, session);
  }

  /// A file of the log; times in its name are from the session's start.
  std::string content(const std::string& topic, int64_t from,
                      int64_t to) const {
    return content_of(scratch.path() / topic / (stem(from, to) + ".csv"));
  }

  static std::string stem(int64_t from, int64_t to) {
    return segment_stem(start_ms + from, start_ms + to);
  }

  static std::string row(int64_t at_ms, const std::string& rest) {
    return std::to_string(start_ms + at_ms) + "," + rest + "\n";
  }

  topic_figures books(const std::string& topic = "sensor/air") const {
    return board->look()[topic];
  }

  scratch_directory scratch;
  fake_broker broker;
  stop_line_ptr stop = std::make_shared<stop_line>();
  sensor_board_ptr board;
  session_info session;
  sensor_log_actor testee;
  mqtt_queue_ptr queue = std::make_shared<mqtt_queue>();
  std::string topics = "sensor/#";
  int64_t step_ns = 0;
};

using rejections = std::map<std::string, uint64_t>;

const std::string stale = "stored by the broker, not new";

} // namespace

CAF_TEST_FIXTURE_SCOPE(sensor_log_tests, fixture)

CAF_TEST(a log subscribes whenever the broker comes up) {
  start_log();
  CAF_CHECK_EQUAL(broker.client_name, "desk-sensors");
  CAF_CHECK(broker.filters.empty());
  broker.come_up();
  broker.go_down();
  broker.come_up();
  consume_messages();
  CAF_CHECK_EQUAL(broker.filters,
                  (std::vector<std::string>{"sensor/#", "sensor/#"}));
}

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

CAF_TEST(readings from behind the stop are left out before the news of it) {
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
  now_ns += 20'000 * ms; // Behind the end of the segment too.
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

CAF_TEST(a time without a broker is in the books) {
  record();
  broker.go_down(); // There never was one: nothing is missed.
  broker.come_up();
  consume_messages();
  CAF_CHECK(board->outages(start_ms).empty());
  advance(1s);
  read(1'000, "1");
  auto from_ns = now_ns; // Nobody knows how long it was really there.
  advance(1s);
  broker.go_down();
  advance(2s);
  broker.go_down(); // Still.
  broker.come_up();
  consume_messages();
  auto to_ns = now_ns;
  auto outages = board->outages(start_ms);
  CAF_REQUIRE_EQUAL(outages.size(), 1u);
  CAF_CHECK_EQUAL(outages[0].from_ns, from_ns);
  CAF_CHECK_EQUAL(outages[0].to_ns, to_ns);
  CAF_CHECK_EQUAL(board->last_error(), "");
  advance(20s);
  broker.go_down();
  CAF_CHECK_EQUAL(+board->outages(start_ms)[1].from_ns,
                  now_ns - 10'000 * ms); // As late as it is noticed.
  broker.come_up();
  consume_messages();
  end(testee); // Nobody hears the broker until the next life does.
  record();
  CAF_CHECK_EQUAL(board->outages(start_ms).size(), 3u);
  CAF_CHECK_EQUAL(+board->outages(start_ms)[2].to_ns, 0);
  stop_at(25'000);
  advance(2s);
  broker.come_up();
  consume_messages();
  CAF_CHECK_EQUAL(+board->outages(start_ms)[2].to_ns, 0); // To its end.
}

CAF_TEST(a time without a broker reaches into the next session) {
  record();
  broker.come_up();
  consume_messages();
  stop_at(50);
  advance(1s);
  broker.go_down();
  session.start_ms += 2'000;
  session.stop_ms = 0;
  tell(testee, session);
  CAF_CHECK_EQUAL(board->outages(session.start_ms).size(), 1u);
}

CAF_TEST(what a broker refuses is trouble until it is granted) {
  broker.refused = {"sensor/#"};
  record();
  broker.come_up();
  consume_messages();
  auto from_ns = now_ns;
  auto refusal = "no subscription to sensor/#: no right; what is published "
                 "there does not come";
  CAF_CHECK_EQUAL(board->last_error(), refusal);
  auto told = alarms.look();
  CAF_CHECK_EQUAL(told["subscriptions/sensor_log"], refusal);
  advance(9s);
  CAF_CHECK_EQUAL(broker.filters.size(), 1u);
  advance(2s);
  CAF_CHECK_EQUAL(broker.filters.size(), 2u); // Asked again.
  broker.go_down();                           // What comes later is as unknown.
  broker.come_up();
  consume_messages();
  broker.refused.clear();
  advance(11s);
  CAF_CHECK(alarms.look().empty());
  CAF_CHECK_EQUAL(board->last_error(), "");
  auto outages = board->outages(start_ms);
  CAF_REQUIRE_EQUAL(outages.size(), 2u);
  CAF_CHECK_EQUAL(outages[0].filter, "sensor/#");
  CAF_CHECK_EQUAL(outages[0].why, refusal);
  CAF_CHECK_EQUAL(outages[0].from_ns, from_ns);
  CAF_CHECK(outages[0].to_ns > from_ns + 20'000 * ms);
  CAF_CHECK(outages[0].to_ns <= now_ns);
  CAF_CHECK_EQUAL(outages[1].filter, "");
}

CAF_TEST(a subscription that nobody answers is trouble from the beginning) {
  broker.silent = true;
  record();
  broker.come_up();
  consume_messages();
  auto from_ns = now_ns;
  advance(9s);
  CAF_CHECK(board->outages(start_ms).empty());
  advance(2s);
  CAF_CHECK_EQUAL(alarms.look().size(), 1u);
  auto outages = board->outages(start_ms);
  CAF_REQUIRE_EQUAL(outages.size(), 1u);
  CAF_CHECK_EQUAL(outages[0].from_ns, from_ns);
  CAF_CHECK_EQUAL(outages[0].to_ns, 0);
}

CAF_TEST(a refusal reaches into the next session) {
  broker.refused = {"sensor/#"};
  record();
  broker.come_up();
  consume_messages();
  stop_at(50);
  advance(1s);
  session.start_ms += 2'000;
  session.anchor_mono_ns += 2'000 * ms;
  session.stop_ms = 0;
  tell(testee, session);
  CAF_REQUIRE_EQUAL(board->outages(session.start_ms).size(), 1u);
  auto outages = board->outages(session.start_ms);
  CAF_CHECK_EQUAL(outages[0].filter, "sensor/#");
}

CAF_TEST(filters that overlap do not double readings) {
  topics = "sensor/+/air, sensor/lab/+,door";
  record();
  broker.come_up();
  consume_messages();
  CAF_CHECK_EQUAL(broker.filters,
                  (std::vector<std::string>{"sensor/+/+", "door"}));
  read(10, "1", "sensor/lab/air");
  read(20, "1", "sensor/hall/air");
  read(30, "1", "sensor/hall/door"); // Comes, and nobody wanted it.
  read(40, "1", "door");
  CAF_CHECK_EQUAL(board->look().size(), 3u);
  CAF_CHECK_EQUAL(books("sensor/hall/door").received, 0u);
}

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

CAF_TEST(a file is closed behind its end though no reading comes) {
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

CAF_TEST(a file that fails costs its reading and not the next) {
  record();
  // Somebody else has the name.
  std::filesystem::create_directories(scratch.path() / "sensor/air");
  auto taken = scratch.put("sensor/air/" + open_segment_name(start_ms, "csv"),
                           "precious");
  read(100, "1");
  CAF_CHECK_EQUAL(books().rejected, (rejections{{"disk", 1}}));
  CAF_CHECK(board->last_error().find("open failed") == 0);
  std::filesystem::remove(taken);
  read(200, "2");
  CAF_CHECK_EQUAL(books().written, 1u);
}

CAF_TEST(what keeps a topic from its files is told once) {
  std::filesystem::create_directories(scratch.path() / "sensor/air");
  auto taken = scratch.put("sensor/air/" + open_segment_name(start_ms, "csv"),
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
  auto folder = scratch.path() / "sensor/air";
  std::filesystem::rename(folder, scratch.path() / "away");
  std::ofstream{folder} << "no folder";
  read(15'100, "3");
  CAF_CHECK_EQUAL(books().files, (std::vector<std::string>{stem(0, 10'000)}));
  CAF_CHECK_EQUAL(books().rejected, (rejections{{"disk", 1}}));
}

CAF_TEST(a file that cannot be completed leaves its session incomplete) {
  record();
  read(100, "1");
  std::filesystem::remove_all(scratch.path() / "sensor");
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

CAF_TEST(a missing broker is told) {
  start_log();
  broker.come_up();
  broker.go_down();
  consume_messages();
  CAF_CHECK_EQUAL(board->last_error(), "no broker: gone");
}

CAF_TEST_FIXTURE_SCOPE_END()
