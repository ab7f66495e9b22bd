#define CAF_SUITE command_source

#include "tests/camnode_test.hpp"

#include "actors/camera/command_source.hpp"
#include "messages/clock.hpp"
#include "tests/actors/camera/source_probe.hpp"
#include "tests/actors/jpeg_samples.hpp"

#include <csignal>
#include <memory>
#include <thread>

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace camnode;
using namespace camnode_test;

namespace {

/// Descriptors that this process has open.
size_t open_descriptors() {
  auto directory = opendir("/proc/self/fd");
  size_t result = 0;
  while (readdir(directory))
    ++result;
  closedir(directory);
  return result;
}

/// Zombies included.
bool has_children() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

struct fixture {
  temporary_directory directory;
  source_probe probe;
  size_t descriptors = open_descriptors();
  std::unique_ptr<command_source> testee;

  caf::error start(const std::string& command) {
    testee = std::make_unique<command_source>(command, [this](std::string x) {
      probe.add_line(std::move(x));
    });
    return testee->start(probe.events());
  }

  /// Runs a command to its end.
  std::string end_of(const std::string& command) {
    CAF_REQUIRE(!start(command));
    CAF_REQUIRE(probe.wait_end());
    testee.reset();
    return probe.end_text();
  }

  void check_nothing_left() {
    CAF_CHECK_EQUAL(open_descriptors(), descriptors);
    CAF_CHECK(!has_children());
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(command_source_tests, fixture)

CAF_TEST(a program that ends gives its frames and then the end) {
  bytes content;
  auto jpegs = good_jpegs();
  jpegs.push_back(plain_jpeg(1920, 1080, 3'000'000));
  for (auto& x : jpegs)
    content = content + x;
  write_file(directory / "frames", content);
  auto begin_ns = capture_clock_ns();
  auto command = "cat " + (directory / "frames");
  // The end does not name the command, which may hold a password.
  CAF_CHECK_EQUAL(end_of(command),
                  "source ended: camera.command exited with status 0 after 6 "
                  "frames");
  CAF_CHECK(probe.end() == ec::source_ended);
  auto frames = probe.take_frames();
  CAF_REQUIRE_EQUAL(frames.size(), jpegs.size());
  auto last_ns = begin_ns;
  for (size_t i = 0; i < frames.size(); ++i) {
    auto& x = frames[i];
    CAF_CHECK((bytes{x.jpeg.data(), x.jpeg.data() + x.jpeg.size()})
              == jpegs[i]);
    CAF_CHECK(x.capture_mono_ns >= last_ns);
    last_ns = x.capture_mono_ns;
    CAF_CHECK(x.capture_utc_ns > 0);
  }
  CAF_CHECK(last_ns <= capture_clock_ns());
  CAF_CHECK_EQUAL(frames.back().width, 1920);
  CAF_CHECK_EQUAL(frames.back().height, 1080);
  CAF_CHECK_EQUAL(probe.lost(), 0u);
  CAF_CHECK_EQUAL(probe.ends(), 1);
  check_nothing_left();
}

CAF_TEST(broken and unfinished frames are losses of the source) {
  auto cut = plain_jpeg();
  cut.resize(cut.size() / 2);
  write_file(directory / "frames", cut + soi + soi + plain_jpeg() + cut);
  end_of("cat " + (directory / "frames"));
  // The first one lacks no more than its end, and a start that is there twice
  // is no picture; the last one is cut off.
  CAF_CHECK_EQUAL(probe.frame_count(), 2u);
  CAF_CHECK_EQUAL(probe.lost(), 1u);
  CAF_CHECK_EQUAL(to_string(probe.place_of_loss()), std::string{"source"});
}

CAF_TEST(garbage is no frame) {
  auto text = end_of("printf 'no pictures here'");
  CAF_CHECK_EQUAL(probe.frame_count(), 0u);
  CAF_CHECK_EQUAL(probe.lost(), 0u);
  CAF_CHECK(text.find("after 0 frames") != std::string::npos);
}

CAF_TEST(the end tells status and last words) {
  auto text = end_of("echo first >&2; printf 'no camera' >&2; exit 3");
  CAF_CHECK(text.find("exited with status 3 after 0 frames; last words: "
                      "no camera")
            != std::string::npos);
  CAF_CHECK_EQUAL(probe.lines(),
                  (std::vector<std::string>{"first", "no camera"}));
}

CAF_TEST(the end of a killed program names the signal) {
  auto text = end_of("kill -SEGV $$");
  CAF_CHECK(text.find("was killed by SIGSEGV") != std::string::npos);
}

CAF_TEST(a program that does not exist says so) {
  auto text = end_of("/nowhere/rpicam-vid --codec mjpeg");
  CAF_CHECK(text.find("exited with status 127") != std::string::npos);
  CAF_CHECK(text.find("not found") != std::string::npos);
}

CAF_TEST(a program that closes its output and stays is ended) {
  auto text = end_of("exec >&-; exec sleep 1000");
  CAF_CHECK(text.find("closed its output and was killed by SIGTERM")
            != std::string::npos);
  check_nothing_left();
}

CAF_TEST(a stopped program may end in order and reports no end) {
  CAF_REQUIRE(!start("trap 'echo bye >&2; exit 0' TERM; echo up >&2;"
                     "while :; do :; done"));
  CAF_REQUIRE(probe.wait_lines(1));
  testee.reset();
  CAF_CHECK_EQUAL(probe.lines(), (std::vector<std::string>{"up", "bye"}));
  CAF_CHECK_EQUAL(probe.ends(), 0);
  check_nothing_left();
}

CAF_TEST(what a stopped program still writes is delivered) {
  write_file(directory / "frames", plain_jpeg() + plain_jpeg());
  CAF_REQUIRE(!start("trap 'cat " + (directory / "frames")
                     + "; exit 0' TERM; echo up >&2; while :; do :; done"));
  CAF_REQUIRE(probe.wait_lines(1));
  testee.reset();
  CAF_CHECK_EQUAL(probe.frame_count(), 2u);
  CAF_CHECK_EQUAL(probe.lost(), 0u);
  CAF_CHECK_EQUAL(probe.ends(), 0);
}

CAF_TEST(a frame that a stopped program leaves unfinished is a loss) {
  auto cut = plain_jpeg();
  cut.resize(cut.size() / 2);
  write_file(directory / "frames", plain_jpeg() + cut);
  CAF_REQUIRE(!start("cat " + (directory / "frames")
                     + "; trap 'exit 0' TERM; while :; do :; done"));
  CAF_REQUIRE(probe.wait_frames(1));
  testee.reset();
  CAF_CHECK_EQUAL(probe.frame_count(), 1u);
  CAF_CHECK_EQUAL(probe.lost(), 1u);
  CAF_CHECK_EQUAL(to_string(probe.place_of_loss()), std::string{"source"});
  check_nothing_left();
}

CAF_TEST(a program that does not want to end is killed) {
  CAF_REQUIRE(!start("trap '' TERM; echo up >&2; while :; do sleep 1; done"));
  CAF_REQUIRE(probe.wait_lines(1));
  testee.reset();
  check_nothing_left();
}

CAF_TEST(what a program started ends with it) {
  CAF_REQUIRE(!start("sleep 1000 & echo $! >&2; trap '' TERM; sleep 1000"));
  CAF_REQUIRE(probe.wait_lines(1));
  auto grandchild = static_cast<pid_t>(std::stoi(probe.lines().front()));
  CAF_CHECK_EQUAL(kill(grandchild, 0), 0);
  testee.reset();
  // It may stay a zombie until init comes by.
  auto state_of = [](pid_t pid) {
    auto path = "/proc/" + std::to_string(pid) + "/stat";
    auto file = fopen(path.c_str(), "r");
    char state = 'X';
    if (file) {
      if (fscanf(file, "%*d %*s %c", &state) != 1)
        state = 'X';
      fclose(file);
    }
    return state;
  };
  auto end = capture_clock_ns() + 30'000'000'000;
  while (capture_clock_ns() < end && state_of(grandchild) != 'Z'
         && state_of(grandchild) != 'X')
    std::this_thread::yield();
  CAF_CHECK(state_of(grandchild) == 'Z' || state_of(grandchild) == 'X');
  check_nothing_left();
}

CAF_TEST(a program that floods both pipes can be stopped) {
  CAF_REQUIRE(!start("yes >&2 & exec cat /dev/zero"));
  CAF_REQUIRE(probe.wait_lines(10));
  testee.reset();
  CAF_CHECK(probe.lines().size() < 100);
  check_nothing_left();
}

CAF_TEST(a program inherits no descriptor and no blocked signal) {
  auto inherited = dup2(STDERR_FILENO, 99);
  CAF_REQUIRE_EQUAL(inherited, 99);
  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  auto previous = ::signal(SIGPIPE, SIG_IGN);
  CAF_REQUIRE(!start("[ -e /proc/$$/fd/99 ] && echo inherited >&2;"
                     "grep -E 'Sig(Blk|Ign)' /proc/self/status >&2"));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGPIPE, previous);
  CAF_REQUIRE(probe.wait_end());
  testee.reset();
  close(inherited);
  CAF_CHECK_EQUAL(probe.lines(),
                  (std::vector<std::string>{"SigBlk: 0000000000000000",
                                            "SigIgn: 0000000000000000"}));
}

CAF_TEST(stdin of a program is empty) {
  CAF_CHECK(end_of("cat").find("exited with status 0") != std::string::npos);
}

CAF_TEST(no command is a bad configuration) {
  CAF_CHECK(start("") == ec::bad_configuration);
  CAF_CHECK(start(" \n") == ec::bad_configuration);
  testee.reset();
  check_nothing_left();
}

CAF_TEST(many starts and stops leave nothing behind) {
  for (int i = 0; i < 20; ++i) {
    CAF_REQUIRE(!start("sleep 1000"));
    testee.reset();
  }
  check_nothing_left();
  CAF_CHECK_EQUAL(probe.ends(), 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
