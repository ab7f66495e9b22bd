#include "nodes/verify/piece_reader.hpp"

#include "nodes/verify/input_file.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace camnode {

namespace {

/// Calls `jobs` on all cores.
void run_all(std::vector<std::function<void()>>& jobs) {
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i; (i = next++) < jobs.size();)
      jobs[i]();
  };
  std::vector<std::thread> helpers;
  auto cores = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 1; i < cores && i < jobs.size(); ++i)
    helpers.emplace_back(work);
  work();
  for (auto& x : helpers)
    x.join();
}

} // namespace

void piece_reader::add(checked_film& x) {
  if (x.piece.complete()) {
    auto known = films_.find(x.piece.name());
    if (known != films_.end()) {
      x.facts = known->second;
      return;
    }
  }
  if (x.piece.film && !x.growing)
    to_do_ += x.piece.film->size;
  jobs_.push_back([this, &x] { read(x); });
}

void piece_reader::add(checked_readings& x) {
  if (x.piece.end_ms != 0) {
    auto known = readings_.find(x.piece.name());
    if (known != readings_.end()) {
      x.facts = known->second;
      return;
    }
  }
  to_do_ += x.piece.index->size;
  jobs_.push_back([this, &x] { read(x); });
}

void piece_reader::run() {
  run_all(jobs_);
  jobs_.clear();
}

void piece_reader::progress(uint64_t bytes) {
  auto done = done_ += bytes;
  if (on_progress_)
    on_progress_(done, to_do_);
}

void piece_reader::read(checked_film& x) {
  if (x.growing)
    return count(x);
  read_film(x);
  if (!x.piece.complete())
    return;
  std::lock_guard<std::mutex> guard{mutex_};
  films_.emplace(x.piece.name(), x.facts);
}

void piece_reader::read_film(checked_film& x) {
  std::string index;
  std::string why;
  if (x.piece.index)
    why = read_text(input_file{dir_ / x.piece.index->name}, max_index_bytes,
                    index);
  if (!x.piece.film) {
    x.facts.index = read_index(index);
    return;
  }
  input_file film{dir_ / x.piece.film->name};
  auto read = [&](uint64_t offset, uint8_t* out, size_t size) {
    return film.read(offset, out, size);
  };
  if (film.fault().empty())
    x.facts = check_segment(film.size(), read, index, x.piece.start_ms,
                            x.piece.end_ms,
                            [this](uint64_t n) { progress(n); });
  else
    x.facts.faults.add("cannot be read: " + film.fault());
  if (!why.empty())
    x.facts.faults.add("its index " + why);
}

void piece_reader::count(checked_film& x) const {
  if (!x.piece.index)
    return;
  input_file file{dir_ / x.piece.index->name};
  std::string index;
  auto why = read_text(file, max_index_bytes, index);
  x.gone = file.missing();
  if (why.empty())
    x.facts.index = read_index(index);
  x.counted = why.empty();
}

void piece_reader::read(checked_readings& x) {
  read_rows(x);
  if (x.piece.end_ms == 0)
    return;
  std::lock_guard<std::mutex> guard{mutex_};
  readings_.emplace(x.piece.name(), x.facts);
}

void piece_reader::read_rows(checked_readings& x) {
  input_file file{dir_ / x.piece.index->name};
  sensor_check reader;
  auto readable = each_piece(file, [&](auto piece) {
    reader.feed(piece);
    progress(piece.size());
  });
  x.gone = file.missing();
  x.facts = reader.finish();
  if (!readable)
    x.facts.fault = "cannot be read: "
                    + (file.fault().empty() ? "fails" : file.fault());
}

} // namespace camnode
