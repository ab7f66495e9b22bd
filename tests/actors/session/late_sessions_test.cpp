#define CAF_SUITE late_sessions
#include "tests/camnode_test.hpp"

#include "actors/session/late_sessions.hpp"
#include "tests/actors/frame_samples.hpp"

#include <map>

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

constexpr int64_t s = 1'000'000'000;

session_info session_at(int64_t start_ms) {
  session_info result;
  result.start_ms = start_ms;
  result.stop_ms = start_ms + 10;
  result.segment_ms = 1'000;
  return result;
}

/// A disk that takes everything, or nothing.
class fake_writer : public manifest_writer {
public:
  uint64_t write(const std::filesystem::path& path, std::string,
                 bool) override {
    return ++versions[path];
  }

  manifest_progress look(const std::filesystem::path& path) const override {
    auto i = versions.find(path);
    auto n = i == versions.end() || stuck ? 0 : i->second;
    return {n, n, {}};
  }

  void wait(const std::filesystem::path&, caf::timespan patience) override {
    waited += patience;
  }

  void forget(const std::filesystem::path& path) override {
    versions.erase(path);
  }

  std::map<std::filesystem::path, uint64_t> versions;
  bool stuck = false;
  caf::timespan waited = {};
};

/// One camera and the sensors, of which every session is late.
struct fixture {
  fixture()
    : disk(std::make_shared<fake_writer>()),
      ledger(std::make_shared<recording_ledger>()),
      sensors(std::make_shared<sensor_board>()) {
    camera.server.id = "left";
    camera.ledger = ledger;
    camera.board = std::make_shared<viewer_board>();
  }

  /// A session with one frame, which nobody has finished.
  std::optional<late_session> leave(int64_t start_ms) {
    ledger->begin(session_at(start_ms));
    sensors->begin(start_ms);
    ledger->piece_opened(0, start_ms, "open");
    ledger->written(*new_frame(1, 1, 10));
    return testee.add({session_at(start_ms),
                       {},
                       {camera},
                       sensors,
                       {disk, std::to_string(start_ms)}});
  }

  void finish(int64_t start_ms) {
    ledger->piece_closed(start_ms + 10, "closed");
    ledger->finish();
    sensors->finish();
  }

  std::vector<session_info> complete() {
    now_ns += 10 * s;
    return testee.complete(now_ns, [this](const late_session& x) {
      session_view view;
      view.session = x.session;
      view.now_ns = now_ns;
      view.cameras = with_books_of(x.session, x.cameras);
      auto late = who_is_at(x.session, view.cameras, *x.sensors);
      view.state = late.empty() ? "finished" : "stopping";
      viewed.push_back(view);
      return view;
    });
  }

  std::shared_ptr<fake_writer> disk;
  recording_ledger_ptr ledger;
  sensor_board_ptr sensors;
  fleet_member camera;
  int64_t now_ns = s;
  std::vector<session_view> viewed;
  late_sessions testee;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(late_sessions_tests, fixture)

CAF_TEST(a session is late until everybody has finished it) {
  CAF_CHECK(testee.empty());
  leave(1'000);
  CAF_CHECK(!testee.empty());
  CAF_CHECK(complete().empty());
  auto late = testee.look();
  CAF_REQUIRE_EQUAL(late.size(), 1u);
  CAF_CHECK_EQUAL(+late[0].session_ms, 1'000);
  CAF_CHECK_EQUAL(late[0].who, (std::vector<std::string>{"left", "sensors"}));
  finish(1'000);
  auto done = complete();
  CAF_REQUIRE_EQUAL(done.size(), 1u);
  CAF_CHECK_EQUAL(+done[0].start_ms, 1'000);
  CAF_CHECK(testee.empty());
  CAF_CHECK(disk->versions.empty());
}

CAF_TEST(the books of a late session outlive the next one) {
  leave(1'000);
  finish(1'000);
  leave(2'000);
  auto done = complete();
  CAF_REQUIRE_EQUAL(done.size(), 1u);
  CAF_CHECK_EQUAL(+done[0].start_ms, 1'000);
  CAF_CHECK_EQUAL(+viewed[0].cameras[0].ledger->look().session_ms, 1'000);
  CAF_CHECK_EQUAL(+viewed[0].cameras[0].ledger->look().written, 1u);
  CAF_CHECK_EQUAL(+ledger->snapshot(1'000)->look().session_ms, 0);
  CAF_CHECK_EQUAL(testee.look().size(), 1u);
}

CAF_TEST(a view of a session that is finished has all its books) {
  leave(1'000);
  auto books = with_books_of(session_at(1'000), {camera});
  finish(1'000);
  ledger->begin(session_at(2'000)); // While the view is being made.
  CAF_CHECK_EQUAL(who_is_at(session_at(1'000), books, *sensors),
                  std::vector<std::string>{"left"});
  CAF_CHECK_EQUAL(+books[0].ledger->look().written, 1u);
}

CAF_TEST(of too many sessions the oldest is given up) {
  for (int64_t i = 1; i <= 8; ++i)
    CAF_CHECK(!leave(i * 1'000));
  auto oldest = leave(9'000);
  CAF_REQUIRE(oldest);
  CAF_CHECK_EQUAL(+oldest->session.start_ms, 1'000);
  CAF_CHECK_EQUAL(testee.look().size(), late_sessions::max_sessions);
  CAF_CHECK_EQUAL(+ledger->snapshot(1'000)->look().session_ms, 0);
  CAF_CHECK_EQUAL(+ledger->snapshot(2'000)->look().session_ms, 2'000);
}

CAF_TEST(a disk that takes no manifest is told and waited for within bounds) {
  for (int64_t i = 1; i <= 8; ++i)
    leave(i * 1'000);
  disk->stuck = true;
  complete();
  CAF_CHECK_EQUAL(testee.fault(now_ns), "");
  CAF_CHECK_NOT_EQUAL(testee.fault(now_ns + 3 * s), "");
  testee.wait(800ms);
  CAF_CHECK(disk->waited <= 800ms);
  disk->stuck = false;
  complete();
  CAF_CHECK_EQUAL(testee.fault(now_ns + 3 * s), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
