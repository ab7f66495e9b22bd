#include "actors/camera/encode_pool.hpp"

#include "actors/camera/picture_encoder.hpp"

#include <memory>
#include <utility>

namespace camnode {

make_encode_picture jpeg_encoding() {
  return [] {
    auto encoder = std::make_shared<picture_encoder>();
    return [encoder](const raw_frame& x, int quality) {
      return encoder->encode(x, quality);
    };
  };
}

encode_pool::encode_pool(size_t threads, size_t limit,
                         const quality_control& quality, source_events events,
                         make_encode_picture make_encode)
  : events_(std::move(events)),
    make_encode_(std::move(make_encode)),
    line_(limit),
    quality_(quality) {
  for (size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this] { work(); });
}

encode_pool::~encode_pool() {
  {
    std::lock_guard<std::mutex> guard{mutex_};
    closing_ = true;
  }
  news_.notify_all();
  for (auto& x : threads_)
    x.join();
}

void encode_pool::add(raw_frame x) {
  std::unique_lock<std::mutex> guard{mutex_};
  if (line_.add(std::move(x)))
    news_.notify_one();
  hand_on(guard);
}

void encode_pool::lose(loss_place place, uint64_t count) {
  std::unique_lock<std::mutex> guard{mutex_};
  line_.lose(place, count);
  hand_on(guard);
}

void encode_pool::work() {
  auto encode = make_encode_();
  std::unique_lock<std::mutex> guard{mutex_};
  for (;;) {
    auto job = line_.take();
    if (!job) {
      if (closing_)
        return;
      news_.wait(guard);
      continue;
    }
    auto quality = quality_.quality();
    guard.unlock();
    auto result = encode(job->picture, quality);
    job->picture.memory.reset();
    guard.lock();
    if (auto frame = std::get_if<captured_frame>(&result))
      quality_.note(quality, frame->jpeg.size(), frame->capture_mono_ns);
    line_.finish(job->number, std::move(result));
    hand_on(guard);
  }
}

void encode_pool::hand_on(std::unique_lock<std::mutex>& guard) {
  if (reporting_)
    return; // The thread that reports looks again before it stops.
  reporting_ = true;
  while (auto x = line_.next()) {
    guard.unlock();
    report(std::move(*x));
    guard.lock();
  }
  reporting_ = false;
}

void encode_pool::report(encode_line::outcome x) {
  if (auto frame = std::get_if<captured_frame>(&x)) {
    events_.on_frame(std::move(*frame));
  } else {
    auto& lost = std::get<encode_line::loss>(x);
    events_.on_loss(lost.place, lost.count);
  }
}

} // namespace camnode
