#pragma once

#include "actors/base/http_request.hpp"
#include "actors/base/log_pace.hpp"
#include "actors/base/wrong_tokens.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace camnode {

struct http_target;

struct http_door_options {
  /// Who shows it may operate. Empty: nobody may.
  std::string token;

  /// What `Host` may be, beside IP addresses and `localhost`: the names of this
  /// machine.
  std::vector<std::string> names;

  /// Whether other machines reach the port. Then it takes the token to look,
  /// too, if there is one.
  bool open_to_others = false;
  bool tls = false;
};

/// What becomes of a request.
struct http_verdict {
  /// 200: its sender comes in. 303: he gets the token as a cookie, and is sent
  /// to `/`. Else: he is refused.
  unsigned status = 200;
  std::string why = {}; ///< Of a refusal.

  /// What he may do who comes in.
  http_right right = http_right::look;

  /// He showed a wrong token: his answer waits for `wrong_tokens`.
  bool wrong_token = false;
};

/// Judges who may come in at a TCP port, and what he may do there: the rules of
/// messages/wire/API.md, "Who may do what". Without sockets. Of one port, or of
/// one after the other, for the I/O thread.
class http_door {
public:
  explicit http_door(http_door_options options);

  /// @param x A GET looks, a POST operates.
  /// @param target What `x.target` stands for.
  http_verdict judge(const http_request& x, const http_target& target) const;

  /// Whether it takes the token to look.
  bool wants_token_to_look() const {
    return options_.open_to_others && !options_.token.empty();
  }

  /// The fields of an answer 303: where to go, and the cookie.
  std::vector<http_field> exchange_fields() const;

  wrong_tokens wrong;
  log_pace wrong_lines; ///< Of the log.

private:
  /// Whether a web page of somebody else cannot have sent this: its own name
  /// would be in `Host`, whatever address that name leads to.
  bool is_named(std::string_view host) const;

  bool is_token(std::string_view x) const;

  /// Whether a request comes from a page of the port itself.
  bool is_own_page(const http_request& x) const;

  http_verdict judge_query(const http_request& x,
                           const http_target& target) const;
  http_verdict judge_token(const http_request& x) const;

  const http_door_options options_;
};

/// The names under which others reach this machine: its host name, and that
/// with `.local`.
std::vector<std::string> names_of_this_machine();

} // namespace camnode
