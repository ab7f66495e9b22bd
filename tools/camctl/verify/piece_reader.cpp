#include "tools/camctl/verify/piece_reader.hpp"

#include "actors/base/input_file.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/index_reader.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

namespace camnode {

unsigned count_cores() {
  return std::max(1u, std::thread::hardware_concurrency());
}

void run_all(std::vector<std::function<void()>>& jobs, unsigned threads) {
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i; (i = next++) < jobs.size();)
      jobs[i]();
  };
  std::vector<std::thread> helpers;
  for (unsigned i = 1; i < threads && i < jobs.size(); ++i)
    helpers.emplace_back(work);
  work();
  for (auto& x : helpers)
    x.join();
}

namespace {

/// The film of `x`, which may get its last name at any time.
input_file film_of(const std::filesystem::path& dir, const listed_piece& x) {
  namespace fs = std::filesystem;
  auto folder = (dir / x.name()).parent_path();
  input_file result{folder / open_piece_name(x.start_ms, "mp4")};
  std::error_code err;
  fs::directory_iterator i{folder, err};
  for (; result.missing() && !err && i != fs::directory_iterator{};
       i.increment(err)) {
    auto file = i->path().filename().string();
    auto name = parse_piece_name(file);
    if (name && name->extension == "mp4" && name->start_ms == x.start_ms)
      result = input_file{i->path()};
  }
  return result;
}

/// Counts the frames of a film that have their rows.
/// @returns Why it cannot be read; empty: it can.
std::string count_frames(const input_file& film,
                         const std::vector<index_row>& rows, piece_facts& out) {
  if (!film.fault().empty())
    return film.fault();
  auto read = [&](uint64_t offset, uint8_t* to, size_t size) {
    return film.read(offset, to, size);
  };
  auto agree = true;
  auto layout = mp4_scan(film.size(), read, [&](const auto& x) {
    agree = agree && out.film_frames < rows.size()
            && rows[out.film_frames].bytes == x.header.payload_bytes;
    if (!agree)
      return;
    ++out.film_frames;
    out.film_bytes += x.header.payload_bytes;
  });
  return layout.read_failed ? "fails" : "";
}

} // namespace

void piece_reader::add(checked_piece& x) {
  if (x.listed.complete()) {
    auto known = pieces_.find(x.listed.name());
    if (known != pieces_.end()) {
      x.facts = known->second;
      return;
    }
  }
  if (x.listed.film && !x.growing)
    to_do_ += x.listed.film->size;
  jobs_.push_back([this, &x] { read(x); });
}

void piece_reader::add(checked_readings& x) {
  if (x.listed.end_ms != 0) {
    auto known = readings_.find(x.listed.name());
    if (known != readings_.end()) {
      x.facts = known->second;
      return;
    }
  }
  to_do_ += x.listed.index->size;
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

void piece_reader::read(checked_piece& x) {
  if (x.growing)
    return count(x);
  read_piece(x);
  if (!x.listed.complete())
    return;
  std::lock_guard<std::mutex> guard{mutex_};
  pieces_.emplace(x.listed.name(), x.facts);
}

void piece_reader::read_piece(checked_piece& x) {
  std::string index;
  std::string why;
  if (x.listed.index)
    why = read_text(input_file{dir_ / x.listed.index->name}, max_index_bytes,
                    index);
  if (!x.listed.film) {
    x.facts.index = read_index(index);
    return;
  }
  input_file film{dir_ / x.listed.film->name};
  auto read = [&](uint64_t offset, uint8_t* out, size_t size) {
    return film.read(offset, out, size);
  };
  if (film.fault().empty())
    x.facts = check_piece(film.size(), read, index, x.listed.start_ms,
                          x.listed.end_ms, [this](uint64_t n) { progress(n); });
  else
    x.facts.faults.add("cannot be read: " + film.fault());
  if (!why.empty())
    x.facts.faults.add("its index " + why);
}

void piece_reader::count(checked_piece& x) const {
  if (!x.listed.index)
    return;
  input_file file{dir_ / x.listed.index->name};
  std::string index;
  auto why = read_text(file, max_index_bytes, index);
  x.gone = file.missing();
  if (x.gone)
    return;
  if (!why.empty())
    return x.facts.faults.add("its index " + why);
  std::vector<index_row> rows;
  x.facts.index = read_index(index, [&](auto& row) { rows.push_back(row); });
  // A row is written before its frame: the film, looked at later, has all of
  // them but the last one.
  auto film = film_of(dir_, x.listed);
  if (film.missing()) {
    x.gone = input_file{dir_ / x.listed.index->name}.missing();
    x.counted = !x.gone;
    // One row may be that of a first frame, whose film is removed.
    if (rows.size() > 1)
      x.facts.faults.add("an index without its film");
    return;
  }
  why = count_frames(film, rows, x.facts);
  x.counted = why.empty();
  if (!why.empty())
    x.facts.faults.add("its film cannot be read: " + why);
}

void piece_reader::read(checked_readings& x) {
  read_rows(x);
  if (x.listed.end_ms == 0)
    return;
  std::lock_guard<std::mutex> guard{mutex_};
  readings_.emplace(x.listed.name(), x.facts);
}

void piece_reader::read_rows(checked_readings& x) {
  input_file file{dir_ / x.listed.index->name};
  sensor_check reader;
  auto readable = each_chunk(file, [&](auto chunk) {
    reader.feed(chunk);
    progress(chunk.size());
  });
  x.gone = file.missing();
  x.facts = reader.finish();
  if (!readable)
    x.facts.fault = "cannot be read: "
                    + (file.fault().empty() ? "fails" : file.fault());
}

} // namespace camnode
