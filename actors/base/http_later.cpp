#include "actors/base/http_connection_parts.hpp"
#include "actors/base/way_back.hpp"

#include <algorithm>
#include <utility>

namespace camnode {

namespace {

/// For another thread to find what is to be answered.
constexpr auto other_deadline = std::chrono::seconds{30};
constexpr const char* too_late
  = "not found within 30 s: the disk may be stuck, or the machine overloaded";

} // namespace

std::function<void(http_connection::on_found)>
http_connection::wait_for_other(std::function<void()> on_late) {
  set_deadline(other_deadline, [this, on_late = std::move(on_late)] {
    ++waits_; // What comes from now on is for nobody.
    on_late();
  });
  return
    [way = way_back_, weak = weak_from_this(), wait = ++waits_](on_found f) {
      way->post([weak, wait, f = std::move(f)] {
        auto me = weak.lock();
        if (!me || me->closed_ || me->waits_ != wait)
          return;
        ++me->waits_;
        f(*me);
      });
    };
}

void http_connection::respond_later(const http_page& page) {
  auto found = wait_for_other([this] { refuse(503, too_late); });
  page.later([found](http_page answer) {
    found([answer = std::move(answer)](auto& me) mutable {
      me.respond(std::move(answer));
    });
  });
}

void http_connection::send_file(std::string head,
                                std::shared_ptr<const http_file> file) {
  answer_file_ = std::move(file);
  file_sent_ = head_only_ ? answer_file_->size : 0;
  send_piece(std::move(head));
}

void http_connection::read_piece() {
  auto size = std::min(piece_bytes, answer_file_->size - file_sent_);
  auto found = wait_for_other([this] { close(); });
  file_sent_ += size;
  answer_file_->on_disk([file = answer_file_, size, found,
                         at = answer_file_->offset + file_sent_ - size] {
    std::string piece(size, '\0');
    auto whole = read_at(file->fd.get(), at,
                         reinterpret_cast<uint8_t*>(piece.data()), size);
    found([whole, piece = std::move(piece)](auto& me) mutable {
      // The length has been told: there is no other way to say it.
      if (!whole)
        return me.close();
      me.send_piece(std::move(piece));
    });
  });
}

void http_connection::send_piece(std::string piece) {
  answer_body_ = std::move(piece);
  set_deadline(request_deadline, [this] { close(); });
  send(boost::asio::buffer(answer_body_), [this] {
    if (file_sent_ == answer_file_->size)
      return after_answer({});
    read_piece();
  });
}

} // namespace camnode
