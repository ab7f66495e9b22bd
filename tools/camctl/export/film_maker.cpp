#include "tools/camctl/export/film_maker.hpp"

#include "actors/base/checksum.hpp"
#include "actors/base/jpeg_codec.hpp"
#include "messages/error.hpp"

#include <utility>

namespace camnode {

namespace {

std::vector<uint8_t> black_jpeg(const picture_size& x) {
  constexpr int quality = 80;
  constexpr uint8_t no_color = 128;
  std::vector<uint8_t> dark(size_t{x.width} * x.height, 0);
  std::vector<uint8_t> gray(dark.size(), no_color);
  auto half = (x.width + 1) / 2;
  yuv420_view view{x.width,
                   x.height,
                   {dark.data(), gray.data(), gray.data()},
                   {x.width, half, half}};
  auto jpeg = jpeg_encoder{}.encode(view, quality);
  return {jpeg.data(), jpeg.data() + jpeg.size()};
}

} // namespace

film_maker::film_maker(const film_plan& plan, const time_cut& cut,
                       camera_source& source, film_output& film,
                       table_file& table, std::function<bool()> go_on)
  : plan_(plan),
    cut_(cut),
    source_(source),
    film_(film),
    table_(table),
    go_on_(std::move(go_on)) {
  table_.text = table_header;
}

std::optional<camera_source::frame> film_maker::next() {
  while (auto* x = source_.next()) {
    if (!cut_.has(x->row.capture_ns) || x->size.width != plan_.size.width
        || x->size.height != plan_.size.height)
      continue;
    if (x->picture())
      return *x;
    source_.reject(*x);
  }
  return std::nullopt;
}

caf::error film_maker::add(const uint8_t* jpeg, table_row row) {
  row.frame = counts_.frames++;
  append_row(table_.text, row);
  if (auto err = table_.flush())
    return err;
  if (auto err = film_.add({jpeg, row.bytes, row.xxh3}))
    return err;
  if (go_on_ && !go_on_())
    return caf::make_error(ec::unavailable, "stopped");
  return caf::none;
}

caf::error film_maker::make_own() {
  while (auto x = next()) {
    auto jpeg = x->picture();
    if (!jpeg) // The disk begins to fail.
      source_.reject(*x);
    else if (auto err = add(jpeg, table_row_of(x->row)))
      return err;
  }
  return caf::none;
}

caf::error film_maker::make_locked(const instant_grid& grid, frame_fill fill) {
  now_ = next();
  after_ = next();
  for (uint64_t k = 0; k < grid.rows; ++k) {
    auto taken = take(grid, grid.at(k));
    auto err = taken ? add(shown_.data(), shown_row_) : fill_in(fill);
    if (err)
      return err;
  }
  for (; now_; step())
    ++counts_.left_out;
  return caf::none;
}

void film_maker::step() {
  now_ = std::exchange(after_, next());
}

bool film_maker::take(const instant_grid& grid, int64_t instant_ns) {
  for (; now_; step()) {
    auto next_ns = after_ ? std::optional{after_->row.capture_ns}
                          : std::nullopt;
    auto choice = choose_frame(grid, instant_ns, now_->row.capture_ns, next_ns);
    if (choice == frame_choice::hole)
      break;
    if (choice == frame_choice::skip) {
      ++counts_.left_out;
      continue;
    }
    auto jpeg = now_->picture();
    if (jpeg)
      remember(jpeg, table_row_of(now_->row));
    else
      source_.reject(*now_);
    step();
    return jpeg != nullptr;
  }
  return false;
}

void film_maker::remember(const uint8_t* jpeg, const table_row& row) {
  shown_.assign(jpeg, jpeg + row.bytes);
  shown_row_ = row;
}

caf::error film_maker::fill_in(frame_fill fill) {
  ++counts_.filled;
  if (fill == frame_fill::repeat && counts_.frames == 0 && now_)
    if (auto jpeg = now_->picture()) // Before the first one.
      remember(jpeg, table_row_of(now_->row));
  if (fill == frame_fill::repeat && !shown_.empty()) {
    auto row = shown_row_;
    row.filled = frame_fill::repeat;
    return add(shown_.data(), row);
  }
  if (black_.empty())
    black_ = black_jpeg(plan_.size);
  table_row row;
  row.filled = frame_fill::black;
  row.bytes = black_.size();
  row.xxh3 = xxh3_of(black_.data(), black_.size());
  return add(black_.data(), row);
}

} // namespace camnode
