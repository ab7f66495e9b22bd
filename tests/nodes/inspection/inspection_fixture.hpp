#pragma once

#include "messages/error.hpp"
#include "nodes/inspection/inspection.hpp"
#include "tests/scratch_directory.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace camnode_test {

/// A node with one part.
class fake_figures : public camnode::node_figures {
public:
  using node_figures::node_figures;

private:
  void tell(camnode::figure_teller out) const override {
    out.begin("ring/cam-a", "ring", "viewer/cam-a", "0 % full");
    out("mine", 1, "mine", "Of the test.");
  }

  std::vector<std::string> troubles() const override {
    return {};
  }
};

/// A client that notes what it is told.
struct inspection_fixture {
  camnode::inspected_node node() {
    camnode::inspected_node x;
    x.version = "1.2.3";
    x.look = [this] {
      if (before_look)
        before_look();
      return std::make_unique<const fake_figures>("client", "lab", directory,
                                                  alarms);
    };
    x.truth = [this] { return truth; };
    x.page = [this] { return page; };
    x.cameras = [] { return std::string{R"({"cameras":[]})"}; };
    x.mark = [this](const std::string& y) -> caf::expected<std::string> {
      if (y.empty())
        return caf::make_error(camnode::ec::bad_message, std::string{"empty"});
      if (idle)
        return caf::make_error(camnode::ec::unavailable,
                               std::string{"nothing is being recorded"});
      marks.push_back(y);
      return std::string{"marked"};
    };
    x.disk = disk;
    x.lights = &lights;
    return x;
  }

  /// A server records nothing.
  camnode::inspection_ptr look_into(bool records = true) {
    auto x = std::make_shared<camnode::inspection>(node());
    camnode::node_commands obeyed;
    obeyed.kill = [this](const std::string& name) { killed.push_back(name); };
    if (records)
      obeyed.record = [this](const camnode::record_command& y) {
        commands.push_back(y);
      };
    x->obey(std::move(obeyed));
    return x;
  }

  std::function<void()> before_look;
  camnode::actor_directory directory;
  camnode::alarm_board alarms;
  std::string truth = "{}";
  std::string page;
  camnode::live_feed lights;
  camnode_test::scratch_directory scratch;
  std::shared_ptr<const camnode::recordings> disk; ///< None, as of a server.
  std::vector<std::string> killed;
  std::vector<camnode::record_command> commands;
  std::vector<std::string> marks;
  bool idle = false; ///< Nothing is recorded.
};

} // namespace camnode_test
