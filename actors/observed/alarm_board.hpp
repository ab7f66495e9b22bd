#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace camnode {

/// What people should look at in a node: alarms, and the dates of certificates.
/// Outlives the actor system. Callable from any thread.
class alarm_board {
public:
  /// Says in words what is wrong with `name`: with the life of that actor, as
  /// its supervisor sees it, or with a thing that has one keeper. An empty text
  /// ends the alarm.
  void set(const std::string& name, const std::string& text);

  /// Says in words what actor `name` itself finds wrong with what it deals
  /// with: an alarm beside that of its supervisor. An empty text ends it, as
  /// does the end of the actor.
  void set_concern(const std::string& name, const std::string& text);

  /// All alarms there are, by name.
  std::map<std::string, std::string> look() const;

  /// The certificate that actor `name` shows expires then, in seconds since
  /// 1970.
  void set_certificate_expiry(const std::string& name, int64_t expiry_s);

  /// When certificates expire, by actor.
  std::map<std::string, int64_t> certificates() const;

private:
  using texts = std::map<std::string, std::string>;

  void set(texts& where, const std::string& name, const std::string& text);

  mutable std::mutex mutex_;
  texts alarms_;
  texts concerns_;
  std::map<std::string, int64_t> certificates_;
};

} // namespace camnode
