#pragma once

#include "nodes/inspection/inspection.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace camnode_test {

/// A client that notes what it is told.
struct inspection_fixture {
  camnode::inspected_node node() {
    camnode::inspected_node x;
    x.role = "client";
    x.id = "lab";
    x.version = "1.2.3";
    x.directory = &directory;
    x.alarms = &alarms;
    x.part_reports = [] {
      camnode::part_report ring;
      ring.name = "ring/cam-a";
      return std::vector<camnode::part_report>{ring};
    };
    x.truth = [this] { return truth; };
    x.page = [this] { return page; };
    x.metrics = [] { return std::string{"mine 1\n"}; };
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

  camnode::actor_directory directory;
  camnode::alarm_board alarms;
  std::string truth = "{}";
  std::string page;
  std::vector<std::string> killed;
  std::vector<camnode::record_command> commands;
};

} // namespace camnode_test
