#include "messages/when.hpp"
#include "tools/camctl/export/export.hpp"
#include "tools/camctl/verify/aligned.hpp"

namespace camnode {

namespace {

std::string size_text(const picture_size& x) {
  return std::to_string(x.width) + 'x' + std::to_string(x.height);
}

std::string film_table(const export_result& x) {
  text_rows rows{{"film", "picture", "rate", "frames", "filled", "left out",
                  "length", "size"}};
  for (auto& film : x.films) {
    auto& plan = film.plan;
    rows.push_back({plan.name, size_text(plan.size), rate_text(film.rate),
                    std::to_string(film.counts.frames),
                    std::to_string(film.counts.filled),
                    std::to_string(film.counts.left_out),
                    duration_text(plan.last_ns - plan.first_ns),
                    bytes_text(film.film.bytes)});
  }
  return rows.size() > 1 ? aligned(rows, {0}) : std::string{};
}

/// What the times of frames are off by.
std::string error_text(const row_facts& x) {
  auto most = "at most " + duration_text(x.error_ns);
  if (x.error_known)
    return "times are off by " + most;
  return "how far times are off is unknown for some frames"
         + (x.error_ns > 0 ? ", and " + most + " for the others" : "");
}

std::string row_text(const export_result& x) {
  if (x.films.empty())
    return {};
  std::string result = "  " + count_text(x.rows.rows, "row");
  if (x.grid)
    result += " at " + rate_text(x.grid->rate) + " Hz, each frame within "
              + duration_text(x.grid->reach_ns())
              + " of its row's instant, besides the error of its time";
  if (x.films.size() > 1)
    result += "; the frames of one row are at most "
              + duration_text(x.rows.apart_ns) + " apart (row "
              + std::to_string(x.rows.apart_row) + ')';
  return result + "; " + error_text(x.rows) + '\n';
}

void append_lines(std::string& out, const std::string& what,
                  const std::vector<std::string>& lines) {
  for (auto& x : lines)
    out += "  " + what + x + '\n';
}

} // namespace

bool export_result::faulty() const {
  auto has_faults = [](auto& x) { return !x.second.faults.empty(); };
  return !readings.faults.empty()
         || std::any_of(cameras.begin(), cameras.end(), has_faults);
}

std::string render_text(const export_result& x) {
  auto result = x.folder.string() + ":\n" + film_table(x) + row_text(x);
  for (auto& [topic, n] : x.readings.readings)
    result += "  "
              + (topic == marker_topic
                   ? count_text(n, "marker")
                   : topic + ": " + count_text(n, "reading"))
              + '\n';
  for (auto& [id, camera] : x.cameras) {
    if (camera.doubles > 0)
      result += "  " + id + ": " + count_text(camera.doubles, "frame")
                + " there twice, exported once\n";
    append_lines(result, "lost: " + id + ": ", camera.losses);
  }
  append_lines(result, "note: ", x.notes);
  for (auto& [id, camera] : x.cameras)
    append_lines(result, "missing: " + id + ": ", camera.faults);
  append_lines(result, "missing: ", x.readings.faults);
  return result
         + (x.faulty() ? "exported, with less than the manifest promises\n"
                       : "exported and proved\n");
}

} // namespace camnode
