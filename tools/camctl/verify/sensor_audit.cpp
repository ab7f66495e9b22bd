#include "tools/camctl/verify/audit.hpp"

#include <set>
#include <string>
#include <utility>

namespace camnode {

namespace {

class sensor_auditor {
public:
  sensor_auditor(const topic_figures& books,
                 const std::vector<checked_readings>& files, bool over)
    : books_(books),
      files_(files),
      over_(over),
      told_(books.files.begin(), books.files.end()) {
  }

  sensor_audit run() {
    result_.received = books_.received;
    result_.written = books_.written;
    name_losses();
    for (auto& x : files_)
      check(x);
    for (auto& file : told_)
      result_.faults.push_back(file + ".csv: is missing");
    if (over_)
      check_sums();
    else
      check_durable();
    return std::move(result_);
  }

private:
  void name_losses() {
    for (auto& [reason, n] : books_.rejected) {
      result_.rejected += n;
      if (reason != stored_reading && n > 0)
        result_.losses.push_back(std::to_string(n) + " readings: " + reason);
    }
  }

  void check(const checked_readings& x) {
    auto open = x.listed.end_ms == 0;
    any_gone_ |= open && x.gone;
    if (open && !over_ && x.gone)
      return;
    ++result_.files;
    result_.rows += x.facts.rows;
    if (open && !over_)
      return result_.open.push_back(x.listed.name());
    auto fault = [&](const std::string& text) {
      result_.faults.push_back(x.listed.name() + ": " + text);
    };
    if (!x.facts.fault.empty())
      fault(x.facts.fault);
    if (open)
      fault("was never completed");
    else if (told_.erase(x.listed.stem) == 0 && over_)
      fault("the manifest knows no such file");
    if (x.facts.rows > 0
        && (x.facts.first_ms < x.listed.start_ms
            || (!open && x.facts.last_ms >= x.listed.end_ms)))
      fault("has readings outside of the times in its name");
  }

  void check_sums() {
    if (result_.rows != books_.written)
      result_.faults.push_back(
        differs("readings", result_.rows, books_.written));
    if (books_.received != books_.written + result_.rejected)
      result_.faults.push_back("the manifest does not balance: received "
                               + std::to_string(books_.received) + ", written "
                               + std::to_string(books_.written) + ", rejected "
                               + std::to_string(result_.rejected));
  }

  /// What was durable when the manifest was written is so still.
  void check_durable() {
    if (!any_gone_ && result_.rows < books_.durable)
      result_.faults.push_back(std::to_string(books_.durable)
                               + " readings were safe on disk, as the manifest "
                                 "says; the files have "
                               + std::to_string(result_.rows));
  }

  const topic_figures& books_;
  const std::vector<checked_readings>& files_;
  const bool over_;            ///< The session is.
  std::set<std::string> told_; ///< By the books, and not found yet.
  bool any_gone_ = false;
  sensor_audit result_;
};

} // namespace

sensor_audit audit_sensor(const topic_figures& books,
                          const std::vector<checked_readings>& files,
                          bool over) {
  return sensor_auditor{books, files, over}.run();
}

} // namespace camnode
