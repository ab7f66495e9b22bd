#include "actors/observed/alarm_board.hpp"

namespace camnode {

void alarm_board::set(const std::string& name, const std::string& text) {
  set(alarms_, name, text);
}

void alarm_board::set_concern(const std::string& name,
                              const std::string& text) {
  set(concerns_, name, text);
}

void alarm_board::set(texts& where, const std::string& name,
                      const std::string& text) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (text.empty())
    where.erase(name);
  else
    where[name] = text;
}

std::map<std::string, std::string> alarm_board::look() const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto result = alarms_;
  for (auto& [name, text] : concerns_) {
    auto& alarm = result[name];
    alarm += (alarm.empty() ? "" : "; ") + text;
  }
  return result;
}

void alarm_board::set_certificate_expiry(const std::string& name,
                                         int64_t expiry_s) {
  std::lock_guard<std::mutex> guard{mutex_};
  certificates_[name] = expiry_s;
}

std::map<std::string, int64_t> alarm_board::certificates() const {
  std::lock_guard<std::mutex> guard{mutex_};
  return certificates_;
}

} // namespace camnode
