#define CAF_SUITE message_tally
#include "tests/camnode_test.hpp"

#include "actors/observed/message_tally.hpp"
#include "messages/actors.hpp"

using namespace camnode;

namespace {

template <class... Ts>
void count(message_tally& tally, Ts&&... xs) {
  auto message = caf::make_message(std::forward<Ts>(xs)...);
  tally.count(tally.slot_of(message.content()));
}

} // namespace

CAF_TEST(messages are told apart by their atom or their type) {
  message_tally tally;
  count(tally, beat_atom_v);
  count(tally, beat_atom_v);
  count(tally, restart_atom_v, std::string{"camera"}, uint64_t{1});
  count(tally, record_command{});
  count(tally, server_info{});
  count(tally, std::string{"text"});
  count(tally, caf::exit_msg{});
  auto x = tally.look();
  CAF_REQUIRE_EQUAL(x.size(), 6u);
  const char* names[] = {"beat",        "restart", "record_command",
                         "server_info", "str",     "exit"};
  for (size_t i = 0; i < x.size(); ++i) {
    CAF_CHECK_EQUAL(x[i].type, names[i]);
    CAF_CHECK_EQUAL(x[i].count, i == 0 ? 2u : 1u);
    CAF_CHECK_EQUAL(tally.type_at(i), names[i]);
  }
}

CAF_TEST(a message without content has a name too) {
  message_tally tally;
  auto empty = caf::make_mailbox_element(nullptr, caf::make_message_id(),
                                         caf::no_stages, caf::message{});
  tally.count(tally.slot_of(empty->content()));
  auto seen = tally.look();
  CAF_CHECK_EQUAL(seen.at(0).type, "nothing");
}

CAF_TEST(types beyond the bound share one count) {
  message_tally tally;
  count(tally, beat_atom_v);
  count(tally, stop_atom_v);
  count(tally, wake_atom_v);
  count(tally, kill_atom_v);
  count(tally, lost_atom_v);
  count(tally, found_atom_v);
  count(tally, retry_atom_v);
  count(tally, ended_atom_v);
  count(tally, publish_atom_v);
  count(tally, stopped_atom_v);
  count(tally, link_up_atom_v);
  count(tally, link_down_atom_v);
  count(tally, server_info{});
  count(tally, beat_atom_v);
  auto x = tally.look();
  CAF_REQUIRE_EQUAL(x.size(), message_tally::max_types);
  CAF_CHECK_EQUAL(x.back().type, "other");
  CAF_CHECK_EQUAL(x.back().count, 2u);
  CAF_CHECK_EQUAL(x.front().count, 2u);
}
