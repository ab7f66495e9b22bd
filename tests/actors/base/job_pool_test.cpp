#define CAF_SUITE job_pool
#include "tests/camnode_test.hpp"

#include "actors/base/job_pool.hpp"

#include <atomic>
#include <future>
#include <memory>

using namespace camnode;

namespace {

/// A disk that is stuck until it is let go.
class stuck_disk {
public:
  job_pool::job read() const {
    return [x = state_] {
      x->reached.set_value();
      x->freed.wait();
    };
  }

  void wait_until_reached() const {
    state_->reached.get_future().wait();
  }

  void let_go() const {
    state_->free.set_value();
  }

private:
  struct state {
    std::promise<void> reached;
    std::promise<void> free;
    std::shared_future<void> freed = free.get_future().share();
  };

  const std::shared_ptr<state> state_ = std::make_shared<state>();
};

} // namespace

CAF_TEST(jobs are done on other threads) {
  job_pool pool{2, 16};
  auto done = std::make_shared<std::promise<std::thread::id>>();
  CAF_CHECK(pool.run([done] { done->set_value(std::this_thread::get_id()); }));
  CAF_CHECK(done->get_future().get() != std::this_thread::get_id());
}

CAF_TEST(beyond its bound it takes no new jobs but goes on with old ones) {
  job_pool pool{1, 2};
  stuck_disk disk;
  CAF_REQUIRE(pool.run(disk.read()));
  disk.wait_until_reached();
  CAF_CHECK(pool.run([] {}));
  CAF_CHECK(pool.run([] {}));
  CAF_CHECK(!pool.run([] {}));
  auto done = std::make_shared<std::promise<void>>();
  pool.further()([done] { done->set_value(); });
  disk.let_go();
  done->get_future().wait();
}

CAF_TEST(one thread that is stuck leaves the other ones) {
  job_pool pool{2, 16};
  stuck_disk disk;
  CAF_REQUIRE(pool.run(disk.read()));
  disk.wait_until_reached();
  auto done = std::make_shared<std::promise<void>>();
  CAF_REQUIRE(pool.run([done] { done->set_value(); }));
  done->get_future().wait();
  disk.let_go();
}

CAF_TEST(its end waits for no disk and drops what waits) {
  stuck_disk disk;
  auto held = std::make_shared<int>(1);
  auto over = std::make_shared<std::promise<void>>();
  {
    job_pool pool{1, 2};
    CAF_REQUIRE(pool.run([read = disk.read(), over] {
      read();
      over->set_value();
    }));
    disk.wait_until_reached();
    CAF_REQUIRE(pool.run([held] { CAF_FAIL("done after the end"); }));
    CAF_CHECK_EQUAL(held.use_count(), 2);
  }
  CAF_CHECK_EQUAL(held.use_count(), 1);
  disk.let_go();
  over->get_future().wait();
}

CAF_TEST(at a finish what was begun is done and what waits is not ) {
  job_pool pool{1, 2};
  stuck_disk disk;
  std::atomic<bool> done{false};
  CAF_REQUIRE(pool.run([&done, read = disk.read()] {
    read();
    done = true;
  }));
  disk.wait_until_reached();
  auto held = std::make_shared<int>(1);
  CAF_REQUIRE(pool.run([held] { CAF_FAIL("done after the end"); }));
  auto finish = std::async(std::launch::async, [&] {
    pool.finish();
    return done.load();
  });
  while (held.use_count() > 1)
    std::this_thread::yield();
  disk.let_go();
  CAF_CHECK(finish.get());
}

CAF_TEST(what may outlive it does nothing then) {
  auto pool = std::make_unique<job_pool>(1, 2);
  auto further = pool->further();
  pool.reset();
  further([] { CAF_FAIL("done after the end"); });
}
