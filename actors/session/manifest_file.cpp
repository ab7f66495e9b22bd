#include "actors/session/manifest_file.hpp"

#include "actors/session/manifest_of.hpp"

#include <utility>

namespace camnode {

manifest_file::manifest_file(manifest_writer_ptr writer,
                             std::filesystem::path path)
  : writer_(std::move(writer)), path_(std::move(path)) {
}

void manifest_file::write(const session_view& x) {
  auto text = render_manifest(manifest_of(x));
  digest_ = manifest_digest(x);
  state_ = x.state;
  bytes_ = text.size();
  asked_ns_ = x.now_ns;
  outdated_ = false;
  if (unwritten_ns_ == 0)
    unwritten_ns_ = x.now_ns;
  version_ = writer_->write(path_, std::move(text), x.state != "recording");
  check();
}

void manifest_file::write_if_news(
  int64_t now_ns, const std::function<session_view()>& make_view) {
  check();
  auto mib = static_cast<int64_t>(bytes_ >> 20);
  if (now_ns - asked_ns_ < news_interval_ns * (1 + mib))
    return;
  auto x = make_view();
  // One that the disk is still at need not be made again.
  if (!error_.empty() || outdated_ || x.state != state_
      || manifest_digest(x) != digest_)
    write(x);
}

void manifest_file::wait(caf::timespan patience) {
  writer_->wait(path_, patience);
  check();
}

void manifest_file::check() {
  auto x = writer_->look(path_);
  if (x.tried < version_)
    return; // The disk is at it.
  error_ = x.error;
  if (x.written == version_)
    unwritten_ns_ = 0;
}

void manifest_file::forget() {
  writer_->forget(path_);
}

std::string manifest_file::fault(int64_t now_ns) const {
  if (unwritten_ns_ == 0
      || (error_.empty() && now_ns - unwritten_ns_ <= unwritten_patience_ns))
    return {};
  return "cannot write the manifest: "
         + (error_.empty() ? "the disk does not answer" : error_);
}

} // namespace camnode
