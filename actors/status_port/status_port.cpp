#include "actors/status_port/status_port.hpp"

#include "actors/base/log.hpp"
#include "messages/wire/http_target.hpp"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

namespace camnode {

namespace {

constexpr auto beat_interval = std::chrono::seconds(1);

} // namespace

status_port::status_port(caf::actor_config& cfg, const actor_context& context,
                         io_thread& io, status_port_options options)
  : observed(cfg, context),
    io_(io),
    options_(std::move(options)),
    certificate_(options_.http.entry.tls) {
}

status_port::behavior_type status_port::make_behavior() {
  look_at_disk();
  certificate_.beat(who(), alarms());
  open_port();
  delayed_send(this, beat_interval, beat_atom_v);
  return {
    [this](beat_atom) {
      look_at_disk();
      certificate_.beat(who(), alarms());
      if (!pages_)
        open_port();
      delayed_send(this, beat_interval, beat_atom_v);
    },
  };
}

void status_port::open_port() {
  auto pages = std::make_unique<http_pages>(io_, options_.http);
  if (auto err = pages->start()) {
    auto text = describe(err);
    show_state("no port: trying again");
    show_error(text);
    // Once, however many tries it takes.
    log(std::exchange(told_, true) ? log_level::debug : log_level::warning,
        who(), text, "; trying again, recording goes on");
    return;
  }
  pages_ = std::move(pages);
  told_ = false;
  show_state("port " + std::to_string(pages_->port()));
  auto address = address_of_page();
  log_info(who(), "status on ", address);
  if (options_.on_open)
    options_.on_open(address);
}

// As Jupyter logs it: who may read the log, or the token's file, may operate.
std::string status_port::address_of_page() const {
  auto& host = options_.http.host;
  auto ours = names_of_this_machine();
  auto any = host == "0.0.0.0" || host == "::";
  auto name = any && !ours.empty()                  ? ours[0]
              : host.find(':') == std::string::npos ? host
                                                    : "[" + host + "]";
  auto result = (options_.http.entry.tls ? "https://" : "http://") + name + ":"
                + std::to_string(pages_->port()) + "/";
  if (!options_.token.empty())
    result += "?token=" + percent_encoded(options_.token);
  return result;
}

void status_port::look_at_disk() {
  std::error_code err;
  auto space = std::filesystem::space(options_.data, err);
  options_.disk->known = !err;
  if (err)
    return;
  options_.disk->free_bytes = space.available;
  options_.disk->size_bytes = space.capacity;
}

void status_port::on_exit() {
  pages_.reset();
}

} // namespace camnode
