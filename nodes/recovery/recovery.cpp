#include "nodes/recovery/recovery.hpp"

#include "messages/disk/data_folder.hpp"
#include "messages/disk/file_judge.hpp"
#include "messages/disk/file_names.hpp"
#include "nodes/recovery/containment.hpp"
#include "nodes/recovery/file_repairs.hpp"
#include "nodes/recovery/foreign_files.hpp"
#include "nodes/recovery/interrupt_session.hpp"
#include "nodes/recovery/session_rebuilder.hpp"
#include "nodes/recovery/unfinished_sessions.hpp"

#include <fstream>

namespace camnode {

namespace {

/// @returns Why `x` cannot go on; empty: it can.
std::string why_not(const unfinished_session& x,
                    const recovery_options& options, int64_t now_ns) {
  if (!x.newest)
    return "another session was begun since";
  if (x.path.filename() != manifest_name(x.books.session))
    return "its manifest is not " + manifest_name(x.books.session);
  if (!options.resume)
    return "the client was ended (record.resume=false)";
  if (x.books.boot_id.empty() || x.books.boot_id != options.boot_id
      || x.books.session.anchor_mono_ns > now_ns)
    return "the machine was started anew, and its clock with it";
  return {};
}

} // namespace

std::optional<resumed_session> recover(const recovery_options& options) {
  auto listing = list_data(options.dir);
  if (!listing)
    return std::nullopt;
  auto heads = read_heads(listing->manifests, options.dir);
  auto owners = find_owners(heads, incomplete_starts(*listing));
  file_judge judge{options.dir, owners};
  repair_files(options.dir, judge);
  listing = list_data(options.dir);
  if (!listing)
    return std::nullopt;
  auto sessions = find_unfinished_sessions(heads);
  set_foreign_aside(*listing, heads, sessions, judge, options.dir);
  tell_foreign(listing->strangers);
  std::optional<resumed_session> result;
  for (auto& x : sessions)
    contain("recovery", x.path.string(), [&] {
      session_rebuilder rebuilder{x, *listing, options.dir};
      auto now_ns = options.clock();
      auto why = why_not(x, options, now_ns);
      if (why.empty())
        result = resume_session(x, rebuilder, now_ns);
      else
        interrupt_session(x, rebuilder, why);
    });
  return result;
}

std::string read_boot_id() {
  std::ifstream in{"/proc/sys/kernel/random/boot_id"};
  std::string result;
  std::getline(in, result);
  return result;
}

} // namespace camnode
