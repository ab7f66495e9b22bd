#define CAF_SUITE sensor_file
#include "tests/camnode_test.hpp"

#include "actors/sensor_log/sensor_file.hpp"
#include "tests/scratch_directory.hpp"

#include <sys/resource.h>

#include <csignal>

using namespace camnode;
using namespace camnode_test;

namespace {

/// Lets no file grow beyond `bytes`, as a disk that is full.
class full_disk {
public:
  explicit full_disk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    auto limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }

  ~full_disk() {
    setrlimit(RLIMIT_FSIZE, &before_);
  }

private:
  rlimit before_;
};

struct fixture {
  fixture() : dir(scratch.path() / "lab" / "air") {
  }

  void must_open(int64_t start_ms = 1000) {
    if (auto err = file.open(dir, start_ms, table))
      CAF_FAIL(describe(err));
  }

  void must_append(int64_t time_ms, const sensor_values& values) {
    if (auto err = file.append(time_ms, values))
      CAF_FAIL(describe(err));
  }

  std::string content(const std::string& name) const {
    return content_of(dir / name);
  }

  /// The names in the folder, in order.
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (auto& x : std::filesystem::directory_iterator{dir})
      result.push_back(x.path().filename());
    std::sort(result.begin(), result.end());
    return result;
  }

  scratch_directory scratch;
  std::filesystem::path dir;
  csv_table table;
  sensor_file file;
};

using texts = std::vector<std::string>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(sensor_file_tests, fixture)

CAF_TEST(an open file has its header under its open name) {
  CAF_CHECK(!file.is_open());
  must_open();
  CAF_CHECK(file.is_open());
  CAF_CHECK_EQUAL(file.start_ms(), 1000);
  CAF_CHECK_EQUAL(names(), texts{"1000.csv.part"});
  CAF_CHECK_EQUAL(content("1000.csv.part"), "timestamp\n");
}

CAF_TEST(a closed file has its rows under its final name) {
  must_open();
  must_append(1001, {{"t", "20.5"}, {"rh", "40"}});
  must_append(1002, {{"rh", "41"}, {"t", "20.6"}});
  CAF_CHECK(!file.close(61'000));
  CAF_CHECK(!file.is_open());
  CAF_CHECK_EQUAL(names(), texts{"1000-61000.csv"});
  CAF_CHECK_EQUAL(content("1000-61000.csv"),
                  "timestamp,t,rh\n1001,20.5,40\n1002,20.6,41\n");
}

CAF_TEST(a row is in the file as soon as it is appended) {
  must_open();
  must_append(1001, {{"t", "1"}});
  CAF_CHECK_EQUAL(content("1000.csv.part"), "timestamp,t\n1001,1\n");
}

CAF_TEST(a new key widens the rows that are there) {
  must_open();
  must_append(1001, {{"t", "1"}});
  must_append(1002, {{"note", "a,\"b\"\nc"}});
  must_append(1003, {{"z", "9"}, {"t", "3"}});
  must_append(1004, {{"t", "4"}});
  CAF_CHECK_EQUAL(names(), texts{"1000.csv.part"});
  CAF_CHECK_EQUAL(content("1000.csv.part"), "timestamp,t,note,z\n"
                                            "1001,1,,\n"
                                            "1002,,\"a,\"\"b\"\"\nc\",\n"
                                            "1003,3,,9\n"
                                            "1004,4,,\n");
}

CAF_TEST(many rows are widened whole) {
  must_open();
  for (int64_t i = 0; i < 20'000; ++i)
    must_append(1'000'000 + i, {{"t", "1"}});
  must_append(2'000'000, {{"z", "2"}});
  auto text = content("1000.csv.part");
  CAF_CHECK(text.size() > size_t{65536} * 2);
  auto records = parse_csv(text);
  CAF_REQUIRE(records);
  CAF_REQUIRE_EQUAL(records->size(), 20'002u);
  bool whole = true;
  for (size_t i = 1; i <= 20'000; ++i)
    whole = whole
            && records->at(i) == texts{std::to_string(999'999 + i), "1", ""};
  CAF_CHECK(whole);
  CAF_CHECK((records->back() == texts{"2000000", "", "2"}));
}

CAF_TEST(the next file begins with the columns that are known) {
  must_open();
  must_append(1001, {{"t", "1"}});
  CAF_CHECK(!file.close(2000));
  must_open(2000);
  CAF_CHECK_EQUAL(content("2000.csv.part"), "timestamp,t\n");
}

CAF_TEST(what an earlier attempt to widen left is of no matter) {
  must_open();
  must_append(1001, {{"t", "1"}});
  scratch.put("lab/air/1000.csv.part.wider", "timestamp,t,");
  must_append(1002, {{"z", "2"}});
  CAF_CHECK_EQUAL(names(), texts{"1000.csv.part"});
  CAF_CHECK_EQUAL(content("1000.csv.part"),
                  "timestamp,t,z\n1001,1,\n1002,,2\n");
}

CAF_TEST(a file of others with the name of a wider one stays) {
  must_open();
  must_append(1001, {{"t", "1"}});
  scratch.put("lab/air/1000.csv.part.wider", "half of a fi");
  must_append(1002, {{"z", "2"}});
  CAF_CHECK_EQUAL(names(), (texts{"1000.csv.part", "1000.csv.part.wider"}));
  CAF_CHECK_EQUAL(content("1000.csv.part.wider"), "half of a fi");
  CAF_CHECK_EQUAL(content("1000.csv.part"),
                  "timestamp,t,z\n1001,1,\n1002,,2\n");
}

CAF_TEST(a reading that no row can hold leaves the file as it was) {
  must_open();
  must_append(1001, {{"t", "1"}});
  auto err = file.append(1002, {{"t", "2"}, {"t", "3"}});
  CAF_CHECK(err == ec::bad_message);
  CAF_CHECK_EQUAL(content("1000.csv.part"), "timestamp,t\n1001,1\n");
  must_append(1003, {{"t", "4"}});
  CAF_CHECK_EQUAL(content("1000.csv.part"), "timestamp,t\n1001,1\n1003,4\n");
}

CAF_TEST(a name that is taken is left alone) {
  std::filesystem::create_directories(dir);
  scratch.put("lab/air/1000.csv.part", "precious");
  CAF_CHECK(file.open(dir, 1000, table) == ec::open_failed);
  CAF_CHECK(!file.is_open());
  CAF_CHECK_EQUAL(content("1000.csv.part"), "precious");
}

CAF_TEST(a final name that is taken is left alone) {
  must_open();
  must_append(1001, {{"t", "1"}});
  scratch.put("lab/air/1000-2000.csv", "precious");
  CAF_CHECK(file.close(2000) == ec::write_failed);
  CAF_CHECK_EQUAL(content("1000-2000.csv"), "precious");
  CAF_CHECK_EQUAL(content("1000.csv.part"), "timestamp,t\n1001,1\n");
}

CAF_TEST(a folder that cannot be made is open_failed) {
  scratch.put("lab", "a file");
  CAF_CHECK(file.open(dir, 1000, table) == ec::open_failed);
}

CAF_TEST(a file that a full disk refused can be opened later) {
  caf::error err;
  {
    full_disk limit{4};
    err = file.open(dir, 1000, table);
  }
  CAF_CHECK(err == ec::write_failed);
  CAF_CHECK(names().empty());
  must_open();
}

CAF_TEST(a full disk costs no row that was there) {
  must_open();
  must_append(1001, {{"t", "1"}});
  caf::error append_error;
  caf::error widen_error;
  {
    full_disk limit{19};
    append_error = file.append(1002, {{"t", "2"}});
    widen_error = file.append(1003, {{"z", "3"}});
  }
  CAF_CHECK(append_error == ec::write_failed);
  CAF_CHECK(widen_error == ec::write_failed);
  CAF_CHECK_EQUAL(content("1000.csv.part").substr(0, 19),
                  "timestamp,t\n1001,1\n");
}

CAF_TEST(a file that is not open needs no sync and no close) {
  CAF_CHECK(!file.sync());
  CAF_CHECK(!file.close(2000));
}

CAF_TEST_FIXTURE_SCOPE_END()
