#include "tools/camctl/verify/verify.hpp"

#include "actors/base/data_lock.hpp"
#include "actors/base/input_file.hpp"
#include "messages/disk/file_judge.hpp"
#include "messages/disk/file_names.hpp"
#include "messages/disk/file_owners.hpp"
#include "messages/disk/foreign_list.hpp"
#include "messages/error.hpp"
#include "tools/camctl/verify/piece_reader.hpp"
#include "tools/camctl/verify/session_names.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// A session's manifest, and what else is its own.
struct found_session {
  std::string name; ///< Of the manifest's file.
  bool wanted = false;
  manifest books;
  session_files files;
};

/// One look at a data folder. A running client may change it meanwhile:
/// manifests are read first, so that what they call complete is so when the
/// other folders are listed.
class look {
public:
  look(const verify_options& options, piece_reader& reader)
    : options_(options), reader_(reader) {
  }

  caf::expected<data_audit> run() {
    read_manifests();
    result_.in_use = is_data_locked(options_.dir);
    auto listing = list_data(options_.dir);
    if (!listing)
      return std::move(listing.error());
    set_foreign_aside(*listing, file_judge{options_.dir, owners_});
    for (auto& x : foreign_manifests_)
      listing->strangers.push_back(std::move(x));
    if (auto err = refuse(*listing))
      return err;
    for (auto& x : listing->faults)
      result_.faults.push_back(std::move(x));
    result_.strangers = std::move(listing->strangers);
    for (auto& [id, pieces] : listing->cameras)
      assign(id, pieces);
    for (auto& [folder, pieces] : listing->sensors)
      assign_readings(folder, pieces);
    reader_.run();
    for (auto& x : found_)
      if (x.wanted)
        result_.sessions.push_back(audit_session(x.name, x.books, x.files));
    return std::move(result_);
  }

private:
  /// @returns Why there is nothing to check.
  caf::error refuse(const data_listing& x) const {
    auto dir = options_.dir.string();
    if (x.cameras.empty() && x.sensors.empty() && found_.empty()
        && x.faults.empty() && result_.faults.empty())
      return caf::make_error(ec::open_failed,
                             dir + ": there is no recording in it"
                               + (x.strangers.empty()
                                    ? ""
                                    : ", but " + summary_of(x.strangers))
                               + ": want a data.dir, with sessions/ and cam/");
    auto wanted = [](const auto& y) { return y.wanted; };
    if (!options_.session.empty()
        && std::none_of(found_.begin(), found_.end(), wanted))
      return caf::make_error(ec::open_failed,
                             no_such_session(options_.session, options_.dir));
    return caf::none;
  }

  void read_manifests() {
    for (auto& file : list_manifests(options_.dir)) {
      std::string text;
      auto why = read_text(input_file{options_.dir / file.name},
                           max_manifest_bytes, text);
      if (why.empty()) {
        auto books = parse_manifest(text);
        if (books) {
          found_.push_back(
            {file.name, options_.session.empty(), std::move(*books), {}});
          continue;
        }
        why = books.error().context().get_as<std::string>(0);
      }
      if (is_manifest_name(fs::path{file.name}.filename().string()))
        result_.faults.push_back(file.name + ": " + why);
      else
        foreign_manifests_.push_back(file.name);
    }
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return a.books.session.start_ms < b.books.session.start_ms;
    });
    for (auto& x : found_)
      owners_.add(x.books);
    if (!options_.session.empty())
      choose();
  }

  void choose() {
    std::vector<session_candidate> all;
    for (auto& x : found_)
      all.push_back({x.books.session, x.name});
    auto choice = choose_session(options_.session, all);
    if (choice.meant)
      found_[*choice.meant].wanted = true;
    result_.note = choice.others;
  }

  /// @returns Null for a piece that is not to be checked.
  found_session* owner_of(const std::string& folder, const listed_piece& x) {
    auto owner = owners_.owner_of(folder, x);
    if (!owner && options_.session.empty())
      result_.faults.push_back(x.name() + ": belongs to no session");
    return owner && found_[*owner].wanted ? &found_[*owner] : nullptr;
  }

  void assign(const std::string& id, const std::vector<listed_piece>& pieces) {
    for (auto& piece : pieces)
      if (auto* to = owner_of("cam/" + id, piece)) {
        auto& x = to->files.cameras[id].emplace_back();
        x.listed = piece;
        x.growing = !to->books.over()
                    && may_be_open(
                      piece, pieces, [](auto& y) -> auto& { return y; });
      }
    read_all(&session_files::cameras, id);
  }

  void assign_readings(const std::string& folder,
                       const std::vector<listed_piece>& pieces) {
    for (auto& piece : pieces)
      if (auto* to = owner_of(folder, piece))
        to->files.sensors[folder].emplace_back().listed = piece;
    read_all(&session_files::sensors, folder);
  }

  /// Has all pieces under `key` read: they stay where they are from now on.
  template <class Map>
  void read_all(Map session_files::*map, const std::string& key) {
    for (auto& to : found_) {
      auto pieces = (to.files.*map).find(key);
      if (pieces != (to.files.*map).end())
        for (auto& x : pieces->second)
          reader_.add(x);
    }
  }

  const verify_options& options_;
  piece_reader& reader_;
  std::vector<found_session> found_; ///< In the order of their starts.
  file_owners owners_;               ///< By their places in `found_`.
  std::vector<std::string> foreign_manifests_; ///< Other `.json` files.
  data_audit result_;
};

/// Whether what `x` tells may be how things looked while they changed.
bool may_have_moved(const data_audit& x) {
  if (x.over()) // What is of nobody may be of a session that began meanwhile.
    return x.in_use.value_or(true)
           && !(x.faults.empty() && x.strangers.empty());
  return !x.faults.empty() || !x.in_use.value_or(false)
         || std::any_of(x.sessions.begin(), x.sessions.end(),
                        [](const auto& y) {
                          return !y.over && (y.moved || y.damaged());
                        });
}

} // namespace

bool data_audit::damaged() const {
  return !faults.empty()
         || std::any_of(sessions.begin(), sessions.end(),
                        [](const auto& x) { return x.damaged(); });
}

bool data_audit::lossy() const {
  return std::any_of(sessions.begin(), sessions.end(),
                     [](const auto& x) { return x.lossy(); });
}

bool data_audit::over() const {
  return std::all_of(sessions.begin(), sessions.end(),
                     [](const auto& x) { return x.over; });
}

caf::expected<data_audit> verify_data(const verify_options& options) {
  piece_reader reader{options.dir, options.on_progress};
  auto result = look{options, reader}.run();
  if (result && may_have_moved(*result))
    return look{options, reader}.run();
  return result;
}

} // namespace camnode
