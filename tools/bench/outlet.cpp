#include "tools/bench/outlet.hpp"

#include "messages/wire/multipart.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace camnode::bench {

outlet::outlet(unique_fd fd) : fd_(std::move(fd)) {
}

void outlet::push(part_ptr x) {
  parts_.push_back(std::move(x));
}

bool outlet::flush() {
  while (!parts_.empty()) {
    const auto& x = *parts_.front();
    auto tail = x.body.empty() ? std::string_view{} : part_trailer;
    iovec pieces[] = {{const_cast<char*>(x.head.data()), x.head.size()},
                      {const_cast<uint8_t*>(x.body.data()), x.body.size()},
                      {const_cast<char*>(tail.data()), tail.size()}};
    auto skip = sent_;
    for (auto& piece : pieces) {
      auto gone = std::min(skip, piece.iov_len);
      piece.iov_base = static_cast<char*>(piece.iov_base) + gone;
      piece.iov_len -= gone;
      skip -= gone;
    }
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = 3;
    auto n = sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    if (n < 0)
      return errno == EAGAIN || errno == EINTR;
    sent_ += static_cast<size_t>(n);
    if (sent_ < x.head.size() + x.body.size() + tail.size())
      continue;
    sent_ = 0;
    parts_.pop_front();
  }
  return true;
}

} // namespace camnode::bench
