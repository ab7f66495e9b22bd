#pragma once

// What the tests of options share. Include it after `camnode_test.hpp`.

#include "nodes/options/options.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

namespace camnode_test::options {

using namespace camnode;

using words = std::vector<std::string>;

const std::string server = "--role=server";
const std::string client = "--role=client";

inline parse_result parse(const words& args) {
  std::vector<const char*> argv{"camnode"};
  for (const auto& x : args)
    argv.push_back(x.c_str());
  return parse_options(static_cast<int>(argv.size()), argv.data(),
                       "camnode 1.2.3");
}

template <class Options>
Options accepted(const words& args) {
  auto result = parse(args);
  if (auto refusal = std::get_if<printout>(&result))
    CAF_FAIL(refusal->text);
  CAF_REQUIRE(std::holds_alternative<Options>(result));
  return std::get<Options>(result);
}

/// @returns The usage error without its start and its line break.
inline std::string refused(const words& args) {
  auto result = parse(args);
  auto refusal = std::get_if<printout>(&result);
  CAF_REQUIRE(refusal != nullptr);
  CAF_CHECK_EQUAL(refusal->exit_code, 2);
  const auto& text = refusal->text;
  CAF_CHECK_EQUAL(std::count(text.begin(), text.end(), '\n'), 1);
  CAF_REQUIRE_EQUAL(text.substr(0, 9), "camnode: ");
  return text.substr(9, text.size() - 10);
}

/// A directory of its own for each test.
struct fixture {
  fixture() {
    char name[] = "/tmp/camnode-options-XXXXXX";
    CAF_REQUIRE(mkdtemp(name) != nullptr);
    dir = name;
  }

  ~fixture() {
    std::filesystem::remove_all(dir);
  }

  /// @returns The path of a new file with this text.
  std::string file(const std::string& text) {
    files.push_back(dir + "/" + std::to_string(files.size()));
    std::ofstream{files.back()} << text;
    return files.back();
  }

  std::string dir;
  words files;
};

} // namespace camnode_test::options
