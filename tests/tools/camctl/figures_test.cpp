#define CAF_SUITE camctl_figures
#include "tests/camnode_test.hpp"

#include "messages/wire/node_report_json.hpp"
#include "tests/nodes/inspection/inspection_fixture.hpp"
#include "tools/camctl/render.hpp"

using namespace camnode;
using namespace camnode_test;

CAF_TEST_FIXTURE_SCOPE(camctl_figures_tests, inspection_fixture)

CAF_TEST(
  a figure told once is in the report and metrics and a table of camctl) {
  inspection x{node()};
  auto report = parse_node_report(render_node_report(x.look(false)));
  CAF_REQUIRE(report);
  auto& part = report->parts.at(0);
  CAF_CHECK_EQUAL(part.figures.at(0).name, "mine");
  CAF_CHECK_NOT_EQUAL(camctl::describe_part(part).find("mine"),
                      std::string::npos);
  CAF_CHECK_NOT_EQUAL(x.metrics().find("# HELP mine Of the test.\n"
                                       "# TYPE mine gauge\nmine 1\n"),
                      std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
