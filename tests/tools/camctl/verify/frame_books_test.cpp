#define CAF_SUITE frame_books
#include "tests/camnode_test.hpp"

#include "actors/base/log.hpp"
#include "actors/recorder/frame_account.hpp"
#include "actors/session/manifest_of.hpp"
#include "actors/viewer/frame_intake.hpp"
#include "nodes/recovery/rebuild_books.hpp"
#include "tests/actors/frame_samples.hpp"
#include "tools/camctl/verify/audit.hpp"

#include <map>
#include <random>
#include <set>
#include <string>

// The way of frames from a stream to the books, with whatever numbers a server
// sends: what is recorded, what is named as lost and what verify makes of both
// must agree.

using namespace camnode;
using namespace camnode_test;
using namespace std::chrono_literals;

namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t s = 1'000 * ms;
constexpr int64_t start_ms = 1'800'000'000'000;
constexpr auto stem = "1800000000000-1800000060000";

class history {
public:
  history(unsigned seed, size_t ring_bytes)
    : random_(seed),
      ring_(std::make_shared<frame_ring>(frame_ring::limits{ring_bytes, 1h})),
      board_(std::make_shared<viewer_board>()),
      intake_(ring_, board_),
      ledger_(std::make_shared<recording_ledger>()),
      account_(ledger_, "test", [this] { return now_ns_; }) {
    set_log_level(log_level::error);
    session_.start_ms = start_ms;
    session_.anchor_mono_ns = now_ns_;
    session_.segment_ms = 60'000;
    ledger_->begin(session_);
    ledger_->piece_opened(0, start_ms, "");
  }

  unsigned draw(unsigned n) {
    return std::uniform_int_distribution<unsigned>{0, n - 1}(random_);
  }

  /// The server sends a frame.
  void send(uint64_t epoch, uint64_t sequence,
            std::optional<sequence_range> lost = {}) {
    now_ns_ += draw(40) * ms;
    decoded_frame x;
    x.jpeg = owned(picture_);
    x.head.content_length = picture_.size();
    x.head.epoch = epoch;
    x.head.sequence = sequence;
    x.head.lost = lost;
    intake_.take(std::move(x), now_ns_);
  }

  /// RECORDER reads all that the ring has.
  void read() {
    for (;;) {
      auto found = ring_->next(cursor_);
      if (!found.frame)
        return;
      auto& x = *found.frame;
      auto capture_ns = session_.session_ns(x.capture_mono_ns + x.offset_ns);
      account_.take_gap(found, capture_ns);
      account_.see(x);
      if (draw(50) == 0) {
        account_.lose(
          {x.epoch, x.sequence, x.sequence, loss_place::recorder, capture_ns});
        continue;
      }
      ledger_->written(x, capture_ns);
      recorded_.push_back({x.epoch, x.sequence});
    }
  }

  void sync() {
    ledger_->durable(now_ns_);
    durable_ = recorded_.size();
  }

  /// The disk keeps nothing of what is not durable; the next life goes on.
  void fail() {
    ledger_->roll_back();
    recorded_.resize(durable_);
    auto last = ledger_->look().last;
    account_.go_on(last, 0);
    cursor_ = last ? ring_->position_after(last->epoch, last->sequence)
                   : ring_->oldest_position();
  }

  /// Another run begins, or an earlier one goes on.
  void change_run(bool back) {
    runs_[epoch_] = sequence_;
    if (back && draw(2) == 0) {
      auto i = runs_.begin();
      std::advance(i, draw(static_cast<unsigned>(runs_.size())));
      epoch_ = i->first;
      sequence_ = i->second;
    } else {
      epoch_ += 1 + draw(1'000);
      sequence_ = 0;
    }
  }

  /// One of all things that a server may send next.
  void step(bool flaps) {
    auto what = draw(100);
    if (what < 70)
      return send(epoch_, ++sequence_);
    if (what < 80) {
      auto n = 1 + draw(9);
      auto named = draw(2) == 0;
      sequence_ += n + 1;
      return send(epoch_, sequence_,
                  named ? std::optional{sequence_range{sequence_ - n,
                                                       sequence_ - 1}}
                        : std::nullopt);
    }
    if (what < 84) // Once more.
      return send(epoch_, sequence_ == 0 ? 1 : sequence_ - draw(3) % sequence_);
    if (what < 88) // A wrong number.
      return send(epoch_, (uint64_t{1} << 52) + draw(1'000'000));
    if (what < 90 && sequence_ < uint64_t{1} << 51) { // They go on elsewhere.
      sequence_ += (uint64_t{1} << 40) + draw(1'000'000);
      return send(epoch_, sequence_);
    }
    if (what < 93) // What it never had.
      return send(epoch_, ++sequence_,
                  sequence_range{1, sequence_ > 1 ? sequence_ - 1 : 1});
    if (what < 95)
      now_ns_ += 3'600 * s;
    else
      change_run(flaps);
  }

  manifest_camera books() {
    session_view view;
    view.state = "finished";
    view.session = session_;
    view.session.stop_ms = start_ms + 60'000;
    fleet_member camera;
    camera.server.id = "cam";
    camera.board = board_;
    camera.ledger = ledger_;
    view.cameras = {camera};
    auto result = parse_manifest(render_manifest(manifest_of(view)));
    if (!result)
      CAF_FAIL(to_string(result.error()));
    return result->cameras.at("cam");
  }

  /// One film with all that was recorded.
  std::vector<checked_piece> pieces() const {
    checked_piece x;
    x.listed.stem = stem;
    x.listed.start_ms = start_ms;
    x.listed.end_ms = start_ms + 60'000;
    x.listed.film = listed_file{"film", 1};
    x.listed.index = listed_file{"index", 1};
    x.facts.film_frames = recorded_.size();
    x.facts.film_bytes = recorded_.size() * picture_.size();
    for (auto& y : recorded_)
      add_number(x.facts.index.ranges, y.epoch, y.sequence);
    return {x};
  }

  void check() {
    ledger_->piece_closed(start_ms + 60'000, stem);
    auto told = books();
    CAF_CHECK_EQUAL(told.recorded, recorded_.size());
    CAF_CHECK_EQUAL(told.captured, told.recorded + told.lost);
    CAF_CHECK(told.losses.size() <= recording_ledger::max_losses);
    CAF_CHECK(told.breaks.size() <= recording_ledger::max_losses);
    uint64_t named = told.unlisted_lost;
    for (auto& x : told.losses)
      named += x.frames();
    CAF_CHECK_EQUAL(named, told.lost);
    // No more than cameras can have captured, ever.
    CAF_CHECK(told.lost < uint64_t{1} << 40);
    std::string faults;
    for (auto& x : audit_camera(told, pieces()).faults)
      faults += x + "; ";
    CAF_CHECK_EQUAL(faults, "");
    check_recovery(told);
  }

  /// A crash at the end costs nothing that the books had.
  void check_recovery(const manifest_camera& told) const {
    found_piece x;
    x.start_ms = start_ms;
    x.end_ms = start_ms + 60'000;
    x.stem = stem;
    x.facts = pieces()[0].facts.index;
    x.facts.rows = recorded_.size();
    for (auto& y : x.facts.ranges)
      y.first_ns = start_ms * ms;
    auto rebuilt = rebuild_books(session_, told, {x}).figures();
    CAF_CHECK_EQUAL(rebuilt.written, told.recorded);
    CAF_CHECK_EQUAL(rebuilt.lost, told.lost);
    CAF_CHECK_EQUAL(rebuilt.runs_ended,
                    told.breaks.size() + told.unlisted_breaks);
  }

  void run(size_t steps, bool flaps) {
    for (size_t i = 0; i < steps; ++i) {
      step(flaps);
      if (draw(3) == 0)
        read();
      if (draw(20) == 0)
        sync();
      if (draw(200) == 0)
        fail();
    }
    read();
    sync();
    check();
  }

private:
  std::mt19937 random_;
  const bytes picture_ = plain_jpeg();
  int64_t now_ns_ = 1'000 * s;
  session_info session_;
  std::shared_ptr<frame_ring> ring_;
  viewer_board_ptr board_;
  frame_intake intake_;
  recording_ledger_ptr ledger_;
  frame_account account_;
  frame_ring::position cursor_ = 0;
  std::vector<frame_number> recorded_;
  size_t durable_ = 0;
  uint64_t epoch_ = 1;
  uint64_t sequence_ = 0;
  std::map<uint64_t, uint64_t> runs_; ///< Of earlier ones, the last numbers.
};

constexpr size_t large_ring = size_t{64} << 20;

} // namespace

CAF_TEST(books balance whatever a server sends) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAF_MESSAGE("seed " << seed);
    history{seed, large_ring}.run(1'500, false);
  }
}

CAF_TEST(books balance where runs take turns) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAF_MESSAGE("seed " << seed);
    history{seed, large_ring}.run(1'500, true);
  }
}

CAF_TEST(books balance with more runs and losses than there is room for) {
  history x{1, large_ring};
  for (int i = 0; i < 2'500; ++i) {
    x.change_run(false);
    x.step(false);
    x.step(false);
    x.read();
  }
  x.sync();
  x.check();
}
