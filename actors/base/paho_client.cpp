#include "actors/base/log.hpp"
#include "actors/base/log_pace.hpp"
#include "actors/base/mqtt_client.hpp"
#include "messages/clock.hpp"
#include "messages/text.hpp"

#include <mqtt/async_client.h>
#include <mqtt/connect_options.h>
#include <mqtt/create_options.h>
#include <mqtt/ssl_options.h>

#include <netdb.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <random>
#include <utility>

namespace camnode {

namespace {

using namespace std::chrono_literals;

std::string unique_client_id(const std::string& name) {
  std::random_device random;
  return "camnode-" + name + "-" + std::to_string(getpid()) + "-"
         + std::to_string(random() % 1000000);
}

/// Why a host cannot be found, empty where it can. Blocks while the system asks
/// around.
std::string why_unknown(const std::string& host) {
  addrinfo* found = nullptr;
  auto code = getaddrinfo(host.c_str(), nullptr, nullptr, &found);
  if (found)
    freeaddrinfo(found);
  return code == 0 ? std::string{}
                   : "the name " + host + " is not known here ("
                       + gai_strerror(code) + "): is mqtt.host right?";
}

std::string uri_of(const mqtt_broker& x) {
  auto host = x.host.find(':') == std::string::npos ? x.host
                                                    : "[" + x.host + "]";
  return (x.tls ? "ssl://" : "tcp://") + host + ":" + std::to_string(x.port);
}

class paho_client : public mqtt_client {
public:
  paho_client(const mqtt_broker& options, const std::string& name,
              std::optional<mqtt_will> will, mqtt_events events)
    : host_(options.host),
      uri_(uri_of(options)),
      events_(std::move(events)),
      client_(uri_, unique_client_id(name)) {
    // Handlers before connect: setting them later can lock up paho 1.2
    // (eclipse/paho.mqtt.cpp#481).
    client_.set_connected_handler(
      [this](const std::string&) { events_.on_up(); });
    client_.set_connection_lost_handler([this](const std::string& cause) {
      events_.on_down(uri_
                      + (cause.empty() ? ": connection lost" : ": " + cause));
    });
    client_.set_message_callback(
      [this](mqtt::const_message_ptr x) { take(*x); });
    connect(options, std::move(will));
  }

  ~paho_client() override {
    try {
      client_.disable_callbacks();
    } catch (const mqtt::exception&) {
      // Paho refuses while it connects; it then has nothing to call back, and
      // what it might call outlives `client_`.
    }
  }

  bool up() const override {
    return client_.is_connected();
  }

  void subscribe(const std::string& filter) override {
    auto& answer = answers_.try_emplace(filter, *this, filter).first->second;
    guarded("subscribe",
            [&] { client_.subscribe(filter, 1, nullptr, answer); });
  }

  void publish(const std::string& topic, const std::string& payload,
               bool retained) override {
    if (up())
      guarded("publish", [&] {
        client_.publish(topic, payload.data(), payload.size(), 1, retained);
      });
  }

  void say_goodbye(const std::string& topic,
                   const std::string& payload) override {
    guarded("disconnect", [&] {
      if (!up())
        return;
      client_.publish(topic, payload.data(), payload.size(), 1, true)
        ->wait_for(300ms);
      client_.disconnect(100ms)->wait_for(300ms);
    });
  }

private:
  template <class F>
  void guarded(const char* what, F f) {
    try {
      f();
    } catch (const mqtt::exception& e) {
      log_warning("mqtt", uri_, ": cannot ", what, ": ", e.what());
    }
  }

  // On paho's thread.
  void take(const mqtt::message& x) {
    auto now = client_clock_ns();
    if (x.get_payload().size() > max_payload_bytes) {
      if (too_large_pace_.admits(now))
        log_warning("mqtt", "dropped a message of ", x.get_payload().size(),
                    " bytes on ", x.get_topic().substr(0, 80),
                    "; the limit is ", max_payload_bytes,
                    too_large_pace_.more());
      events_.on_message({x.get_topic(), {}, now, x.is_retained(), true});
      return;
    }
    events_.on_message(
      {x.get_topic(), x.get_payload_str(), now, x.is_retained()});
  }

  void connect(const mqtt_broker& options, std::optional<mqtt_will> will) {
    // Called once: paho goes on by itself from here, also after a first
    // attempt that failed.
    auto x = mqtt::connect_options_builder();
    x.mqtt_version(MQTTVERSION_3_1_1)
      .clean_session(true)
      .keep_alive_interval(5s)
      .connect_timeout(3s)
      .automatic_reconnect(1s, 4s);
    if (will)
      x.will(mqtt::message(will->topic, will->payload, 1, true));
    if (!options.username.empty())
      x.user_name(options.username).password(options.password);
    if (options.tls)
      x.ssl(tls(options));
    try {
      client_.connect(x.finalize(), nullptr, on_first_attempt_);
    } catch (const mqtt::exception& e) {
      events_.on_down(uri_ + ": " + e.what());
    }
  }

  mqtt::ssl_options tls(const mqtt_broker& options) {
    auto x = mqtt::ssl_options_builder();
    x.enable_server_cert_auth(true).verify(true).ssl_version(
      MQTT_SSL_VERSION_TLS_1_2);
    if (!options.ca_file.empty())
      x.trust_store(options.ca_file);
    else
      x.ca_path("/etc/ssl/certs");
    if (!options.cert_file.empty())
      x.key_store(options.cert_file).private_key(options.key_file);
    // No error handler: paho 1.2 calls it in options that are gone by then.
    return x.finalize();
  }

  /// Says why the first attempt failed; `on_down` speaks of later ones.
  struct first_attempt : mqtt::iaction_listener {
    explicit first_attempt(paho_client& client) : client_(client) {
    }

    void on_failure(const mqtt::token& x) override {
      client_.events_.on_down(
        client_.uri_ + ": cannot connect: " + reason(x.get_return_code()));
    }

    void on_success(const mqtt::token&) override {
    }

    /// What CONNACK's return codes mean (MQTT 3.1.1, section 3.2.2.3).
    std::string reason(int code) const {
      if (code == 4 || code == 5)
        return "the broker refuses the user name or password";
      if (code == 2)
        return "the broker refuses the client id";
      if (code == 3)
        return "the broker is not available";
      auto unknown = why_unknown(client_.host_);
      if (!unknown.empty())
        return unknown;
      return client_.uri_.rfind("ssl://", 0) != 0
               ? "no broker answers there"
               : "no broker answers there whose certificate is valid, of that "
                 "name, and vouched for by mqtt.ca-file";
    }

    paho_client& client_;
  };

  /// Hears what the broker says to a subscription. On paho's thread.
  struct subscription : mqtt::iaction_listener {
    subscription(paho_client& client, std::string filter)
      : client_(client), filter_(std::move(filter)) {
    }

    void on_failure(const mqtt::token& x) override {
      // Else the connection is gone, of which others tell.
      if (x.get_return_code() == refused)
        tell(refusal);
    }

    void on_success(const mqtt::token& x) override {
      auto response = x.get_subscribe_response();
      for (auto code : response.get_reason_codes())
        if (static_cast<int>(code) >= refused)
          return tell(refusal);
      tell({});
    }

    void tell(const std::string& why) {
      if (client_.events_.on_subscribed)
        client_.events_.on_subscribed(filter_, why);
    }

    /// Of SUBACK (MQTT 3.1.1, section 3.9.3).
    static constexpr int refused = 0x80;
    static constexpr auto refusal = "the broker refuses it";

    paho_client& client_;
    const std::string filter_;
  };

  const std::string host_;
  const std::string uri_;
  const mqtt_events events_;
  log_pace too_large_pace_;
  first_attempt on_first_attempt_{*this};
  std::map<std::string, subscription> answers_; ///< By filter.
  mqtt::async_client client_;
};

} // namespace

make_mqtt_client paho_clients(mqtt_broker options) {
  return [options = std::move(options)](const std::string& name,
                                        std::optional<mqtt_will> will,
                                        mqtt_events events) {
    return std::make_unique<paho_client>(options, name, std::move(will),
                                         std::move(events));
  };
}

} // namespace camnode
