#include "tools/camctl/export/bids_layout.hpp"

#include "actors/base/file_ops.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/when.hpp"
#include "messages/wire/json_text.hpp"
#include "tools/camctl/export/export.hpp"
#include "tools/camctl/export/table_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace camnode {

namespace fs = std::filesystem;

namespace {

using json = nlohmann::ordered_json;

constexpr auto readme
  = "Films of behaviour, exported by camnode from the recording of one session.\n"
    "\n"
    "Names and sidecars follow BEP047, the proposal for audio and video of\n"
    "behaviour, as of 2026-07-01. Films have one constant rate: when each frame\n"
    "was captured is in the table that its sidecar names (FrameTimes), a row for\n"
    "each frame, in ns since 1970 (UTC). session.json says what was exported and\n"
    "what is missing. `camctl verify` checks all of it.\n";

caf::error write_file(const fs::path& path, const std::string& text) {
  auto file = table_file::create(path);
  if (!file)
    return std::move(file.error());
  file->text = text;
  return file->close();
}

caf::error write_json(const fs::path& path, json x) {
  return write_file(path, json_text(std::move(x), 2) + "\n");
}

int even(int x) {
  return x + x % 2;
}

json sidecar_of(const exported_film& x, const export_options& options,
                const std::string& task) {
  auto encoded = options.encode.has_value();
  auto hz = double(x.rate.per_second) / x.rate.ticks;
  json result;
  result["TaskName"] = task;
  result["Device"] = x.plan.camera;
  result["RecordingDuration"] = double(x.counts.frames) / hz;
  result["VideoCodec"] = encoded ? to_string(options.encode->codec) : "mjpeg";
  result["VideoFrameRate"] = hz;
  result["VideoFrameCount"] = x.counts.frames;
  result["ImageWidth"] = encoded ? even(x.plan.size.width) : x.plan.size.width;
  result["ImageHeight"] = encoded ? even(x.plan.size.height)
                                  : x.plan.size.height;
  result["FrameTimes"] = "/" + x.plan.name + table_ending;
  return result;
}

} // namespace

std::string bids_label(std::string_view text) {
  std::string result;
  for (auto c : text)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9'))
      result += c;
    else if (c == '@')
      result += '+';
  return result.empty() ? "x" : result;
}

std::string subject_of(const session_info& x) {
  auto metadata = json::parse(x.metadata, nullptr, false);
  if (!metadata.is_object() || !metadata.contains("subject"))
    return {};
  auto& subject = metadata["subject"];
  return subject.is_string() ? subject.get<std::string>() : subject.dump();
}

bids_layout::bids_layout(const std::string& subject,
                         const session_info& session,
                         const std::vector<std::string>& films)
  : task_(session.label.empty() ? "recording" : session.label) {
  auto sub = "sub-" + bids_label(subject);
  auto ses = "ses-" + bids_label(utc_text(session.start_ms * 1'000'000));
  prefix_ = sub + "_" + ses;
  folder_ = sub + "/" + ses;
  for (auto& film : films) {
    auto taken = [&](const std::string& label) {
      return std::any_of(labels_.begin(), labels_.end(),
                         [&](auto& x) { return x.second == label; });
    };
    auto label = bids_label(film);
    for (int n = 2; taken(label); ++n)
      label = bids_label(film) + "+" + std::to_string(n);
    labels_[film] = label;
  }
}

std::string bids_layout::film_path(const std::string& film) const {
  return folder_ + "/beh/" + prefix_ + "_task-" + bids_label(task_)
         + "_recording-" + labels_.at(film) + "_video" + film_ending;
}

caf::error bids_layout::arrange(const fs::path& folder,
                                const export_options& options,
                                const export_result& x) const {
  if (auto err = create_directories_synced(folder / folder_ / "beh"))
    return err;
  std::string scans = "filename\tacq_time\n";
  for (auto& film : x.films) {
    auto path = film_path(film.plan.name);
    if (auto err = rename_no_replace_synced(folder
                                              / (film.plan.name + film_ending),
                                            folder / path))
      return err;
    auto beside = (folder / path).replace_extension(manifest_ending);
    if (auto err = write_json(beside, sidecar_of(film, options, task_)))
      return err;
    auto first_ns = x.grid ? x.grid->first_ns : film.plan.first_ns;
    scans += path.substr(folder_.size() + 1) + "\t" + utc_text(first_ns) + "\n";
  }
  json about;
  about["Name"] = x.folder.filename().string();
  about["BIDSVersion"] = "1.11.1";
  about["DatasetType"] = "raw";
  about["GeneratedBy"] = {{{"Name", "camnode"}, {"Version", options.version}}};
  for (auto err :
       {write_file(folder / folder_ / (prefix_ + "_scans.tsv"), scans),
        write_json(folder / "dataset_description.json", about),
        write_file(folder / "README", readme),
        write_file(folder / ".bidsignore", "/*.csv\n/session.json\n")})
    if (err)
      return err;
  return unwritten(sync_directory(folder / folder_ / "beh"));
}

} // namespace camnode
