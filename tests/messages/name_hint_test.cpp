#define CAF_SUITE name_hint
#include "tests/camnode_test.hpp"

#include "messages/name_hint.hpp"

using namespace camnode;

namespace {

using names = std::vector<std::string>;

const names commands{"tree",   "ps",   "top",    "show",
                     "record", "kill", "verify", "--version"};

names likely(std::string_view name) {
  return likely_names(name, commands);
}

} // namespace

CAF_TEST(a misspelt name is told from those that are further away) {
  CAF_CHECK_EQUAL(likely("tre"), names{"tree"});
  CAF_CHECK_EQUAL(likely("shwo"), names{"show"});
  CAF_CHECK_EQUAL(likely("tpo"), names{"top"});
  CAF_CHECK_EQUAL(likely("rekord"), names{"record"});
  CAF_CHECK_EQUAL(likely("version"), names{"--version"});
  CAF_CHECK_EQUAL(likely("recordd"), names{"record"});
}

CAF_TEST(a name that is near nothing gets no hint) {
  for (auto x : {"", "help", "everything", "recorders/of/all"})
    CAF_CHECK_EQUAL(likely(x), names{});
  CAF_CHECK_EQUAL(likely(std::string(100'000, 'e')), names{});
  CAF_CHECK_EQUAL(likely_names("tree", {}), names{});
  CAF_CHECK_EQUAL(likely_names("tree", {std::string(100'000, 't')}), names{});
}

CAF_TEST(a beginning stands for all that begins with it) {
  names actors{"recorder/a", "session",    "recorder/b",
               "recorder/c", "recorder/d", "recordee"};
  CAF_CHECK_EQUAL(likely_names("recorder", actors),
                  (names{"recorder/a", "recorder/b", "recorder/c"}));
  CAF_CHECK_EQUAL(likely_names("sess", actors), names{"session"});
}

CAF_TEST(of names that are as near all are told) {
  CAF_CHECK_EQUAL(likely_names("cat", {"rat", "dog", "bat"}),
                  (names{"rat", "bat"}));
  CAF_CHECK_EQUAL(likely_names("cat", {"at", "ct", "ca", "act"}).size(), 3u);
}

CAF_TEST(names are joined as one says them) {
  CAF_CHECK_EQUAL(any_of_text({}), "");
  CAF_CHECK_EQUAL(any_of_text({"a"}), "a");
  CAF_CHECK_EQUAL(any_of_text({"a", "b"}), "a or b");
  CAF_CHECK_EQUAL(any_of_text({"a", "b", "c"}), "a, b or c");
}

CAF_TEST(a hint asks or says what else can be done) {
  CAF_CHECK_EQUAL(name_hint("tre", commands, "see --help"),
                  "did you mean tree?");
  CAF_CHECK_EQUAL(name_hint("zebra", commands, "see --help"), "see --help");
}
