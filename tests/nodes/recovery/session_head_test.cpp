#define CAF_SUITE session_head

#include "tests/camnode_test.hpp"

#include "actors/session/manifest_of.hpp"
#include "nodes/recovery/session_head.hpp"

#include <string>

using namespace camnode;

namespace {

constexpr auto path = "data/sessions/1800-t7.json";

session_view view_of(const std::string& state) {
  session_view x;
  x.state = state;
  x.boot_id = "boot-1";
  x.session.start_ms = 1'800;
  x.session.stop_ms = 1'900;
  x.session.segment_ms = 10;
  x.session.label = "t7";
  x.session.anchor_mono_ns = 77;
  return x;
}

session_head head_of(const session_view& x) {
  auto text = render_manifest(manifest_of(x));
  return read_head(path, text.size(), text.substr(0, session_head::text_size));
}

manifest books(int64_t start_ms, int64_t anchor_ns, const std::string& boot) {
  manifest result;
  result.session.start_ms = start_ms;
  result.session.anchor_mono_ns = anchor_ns;
  result.boot_id = boot;
  return result;
}

} // namespace

CAF_TEST(the beginning of a manifest says when its session was) {
  auto x = head_of(view_of("recording"));
  CAF_CHECK_EQUAL(x.path, path);
  CAF_CHECK_EQUAL(x.start_ms, 1'800);
  CAF_CHECK_EQUAL(x.stop_ms, 1'900);
  CAF_CHECK_EQUAL(x.anchor_ns, 77);
  CAF_CHECK_EQUAL(x.boot_id, "boot-1");
}

CAF_TEST(a session is over that is finished or interrupted) {
  for (auto state : {"finished", "interrupted"})
    CAF_CHECK(head_of(view_of(state)).over);
  for (auto state : {"recording", "stopping", "", "resting"})
    CAF_CHECK(!head_of(view_of(state)).over);
}

CAF_TEST(a label that looks like a state is none) {
  auto x = view_of("recording");
  x.session.label = R"("state": "finished")";
  CAF_CHECK(!head_of(x).over);
}

CAF_TEST(many resumptions hide nothing that is looked for) {
  auto x = view_of("finished");
  x.session.label = std::string(64, '"');
  x.client = std::string(64, 'c');
  for (int i = 0; i < 1'000; ++i)
    x.resumed_ms.push_back(1'800'000'000'000 + i);
  auto head = head_of(x);
  CAF_CHECK(head.over);
  CAF_CHECK_EQUAL(head.boot_id, "boot-1");
  CAF_CHECK_EQUAL(head.anchor_ns, 77);
}

CAF_TEST(any text is safe to look at) {
  auto text = render_manifest(manifest_of(view_of("recording")));
  for (size_t n = 0; n < text.size(); ++n)
    read_head(path, n, text.substr(0, n));
  auto x
    = read_head("data/sessions/x.json", 3,
                R"("boot_id": "never ends, "stop_ms": 99999999999999999999)");
  CAF_CHECK_EQUAL(x.start_ms, 0);
  CAF_CHECK(!x.over);
}

CAF_TEST(what began later goes by the machines clock within one run of it) {
  auto x = head_of(view_of("recording"));
  CAF_CHECK(x.is_after(books(9'999, 76, "boot-1")));
  CAF_CHECK(!x.is_after(books(1, 78, "boot-1")));
  CAF_CHECK(x.is_after(books(1'799, 78, "boot-2")));
  CAF_CHECK(!x.is_after(books(1'801, 76, "boot-2")));
  CAF_CHECK(x.is_after(books(1'799, 0, "")));
}
