#define CAF_SUITE file_owners

#include "tests/camnode_test.hpp"

#include "messages/disk/file_owners.hpp"

#include <optional>

using namespace camnode;

namespace {

manifest session(int64_t start_ms, int64_t stop_ms,
                 const std::vector<std::string>& films = {}) {
  manifest result;
  result.session.start_ms = start_ms;
  result.session.stop_ms = stop_ms;
  for (auto& x : films)
    result.cameras["a"].pieces.emplace_back().file = x;
  return result;
}

listed_piece piece(int64_t start_ms, int64_t end_ms) {
  listed_piece result;
  result.start_ms = start_ms;
  result.end_ms = end_ms;
  result.stem = std::to_string(start_ms);
  if (end_ms != 0)
    result.stem += "-" + std::to_string(end_ms);
  return result;
}

using owner = std::optional<size_t>;

} // namespace

CAF_TEST(what a manifest lists is its own whatever the times say) {
  file_owners x;
  x.add(session(1000, 9000, {"5000-6000", "7000"}));
  x.add(session(4000, 8000));
  CAF_CHECK_EQUAL(x.owner_of("cam/a", piece(5000, 6000)), owner{0});
  CAF_CHECK_EQUAL(x.owner_of("cam/a", piece(7000, 7500)), owner{0});
  CAF_CHECK_EQUAL(x.owner_of("cam/b", piece(5000, 6000)), owner{1});
}

CAF_TEST(what no manifest lists is the last sessions that began before it) {
  file_owners x;
  x.add(session(1000, 2000));
  x.add(session(3000, 0));
  CAF_CHECK_EQUAL(x.owner_of("cam/a", piece(1999, 2001)), owner{0});
  CAF_CHECK_EQUAL(x.owner_of("cam/a", piece(9999, 0)), owner{1});
  CAF_CHECK_EQUAL(x.owner_of("cam/a", piece(2500, 0)), owner{});
  CAF_CHECK_EQUAL(x.owner_of("cam/a", piece(999, 1001)), owner{});
}

CAF_TEST(a film that was open in its manifest is found under both names) {
  auto files = files_of(session(1000, 0, {"2000"}));
  CAF_CHECK(lists(files, "cam/a", piece(2000, 0)));
  CAF_CHECK(lists(files, "cam/a", piece(2000, 3000)));
  CAF_CHECK(!lists(files, "cam/b", piece(2000, 0)));
}

CAF_TEST(what a manifest says of a file is told) {
  auto books = session(10'000, 90'000, {"20000-30000"});
  books.session.segment_ms = 10'000;
  books.sensors["t"];
  file_owners x;
  x.add(books);
  CAF_CHECK(x.claim_on("cam/a", 20'000, "20000-30000").listed);
  auto other = x.claim_on("cam/b", 20'000, "20000-30000");
  CAF_CHECK(!other.listed);
  CAF_CHECK(other.in_time && other.expected && !other.not_over);
  CAF_CHECK(!x.claim_on("sensors/u", 20'001, "20001").expected);
  CAF_CHECK(x.claim_on("sensors/t", 20'001, "20001").expected);
  CAF_CHECK(!x.claim_on("sensors/t", 90'000, "90000").in_time);
}
