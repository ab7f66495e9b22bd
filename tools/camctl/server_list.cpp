#include "tools/camctl/render.hpp"
#include "tools/camctl/text_table.hpp"
#include "tools/camctl/wording.hpp"

#include <map>

namespace camctl {

using namespace camnode;

std::string draw_servers(const node_report& x) {
  std::vector<row> rows{{"SERVER", "ADDRESS", "VERSION", "RATE", "SIZE",
                         "CLOCK", "OFF BY AT MOST", "DRIFT", "SEEN", "STATE"}};
  for (auto& part : x.parts) {
    if (part.kind != "server")
      continue;
    std::map<std::string, figure> of;
    for (auto& y : part.figures)
      of[y.name] = y;
    auto number = [&](const char* name) { return of[name].value; };
    auto clocked = of.count("clock_offset_ns") > 0;
    auto known = [](bool is, const std::string& text) {
      return is ? text : std::string{"?"};
    };
    rows.push_back(
      {printable(of["id"].text),
       known(number("port") > 0,
             printable(of["ip"].text) + ":" + std::to_string(number("port"))),
       known(!of["version"].text.empty(), printable(of["version"].text)),
       known(number("rate_mhz") > 0,
             format("%.1f Hz", static_cast<double>(number("rate_mhz")) / 1e3)),
       known(number("width") > 0, std::to_string(number("width")) + "x"
                                    + std::to_string(number("height"))),
       known(clocked,
             format("%+.6f s",
                    static_cast<double>(number("clock_offset_ns")) / 1e9)),
       known(clocked,
             format("%.3f ms",
                    static_cast<double>(number("clock_error_ns")) / 1e6)),
       known(clocked,
             format("%+.1f ppm",
                    static_cast<double>(number("clock_drift_ppb")) / 1e3)),
       known(clocked,
             format("%.1f s ago",
                    static_cast<double>(number("clock_age_ns")) / 1e9)),
       printable(part.state)});
  }
  return table(rows, 2, 0);
}

} // namespace camctl
