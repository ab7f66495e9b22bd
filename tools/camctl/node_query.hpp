#pragma once

#include "tools/camctl/arguments.hpp"
#include "tools/camctl/node_link.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camctl {

/// What a command that asks nodes was told.
struct node_query {
  std::vector<node_address> nodes; ///< As given; empty: the usual ones.
  bool all = false;
  bool json = false;
  bool watch = false;
  std::chrono::milliseconds timeout{3000};
  node_access access;
  arguments rest; ///< Options of the command alone, and words.
};

/// How a command is to be used.
struct usage {
  const char* text; ///< `--help`, without what all have in common.

  /// Flags; of `all`, `json` and `watch`, which have their help here, those
  /// that mean something to it.
  std::vector<std::string> flags = {};
  std::vector<std::string> valued = {};

  /// What the one word is that it takes; null: it takes none.
  const char* word = nullptr;
};

/// What `--help` says of the options that commands to nodes have in common.
/// @param flags Which of `all`, `json` and `watch`.
std::string node_options_help(const std::vector<std::string>& flags);

/// Ends the program with `wrong_usage` and one line on it.
[[noreturn]] void refuse(const std::string& why);

/// Reads the arguments of a command. Ends the program for `--help`, and with
/// `wrong_usage` for what cannot be understood.
node_query read_query(const std::vector<std::string>& given, const usage& how);

/// The values of an option that wants KEY=VALUE, by their keys; of one key, the
/// last. Ends the program with `wrong_usage` for any other value.
std::map<std::string, std::string> pairs_of(const node_query& query,
                                            const std::string& option);

/// Complains in one line on stderr. @returns `failed`.
int complain(const caf::error& x);

/// Ends the program at once, with all that was printed: the name of a host may
/// still be looked up.
[[noreturn]] void leave(int exit_code);

/// Finds the nodes that a query is for, and asks each.
class asker {
public:
  using predicate = std::function<bool(const camnode::node_report&)>;

  explicit asker(const node_query& query);

  /// Asks all; complains of those that do not answer. Where the query names no
  /// node, the first time decides which one is asked from then on.
  /// @param ok Becomes false if one does not.
  std::vector<answer> look(bool& ok);

  /// Asks the nodes one by one for the first that answers and suits, for
  /// commands to one node. Where the query names none: see `choose`. Ends the
  /// program if there is none.
  /// @param hint What to say then, of nodes that answered and do not suit.
  answer look_for(const predicate& suits, const std::string& what,
                  const std::function<std::string()>& hint = {}) const;

  const node_link& link() const {
    return link_;
  }

private:
  std::optional<answer> ask(const node_address& at, bool& ok);

  /// What is known of those that do not suit.
  struct search {
    bool answered = false; ///< Some have.
    caf::error last;       ///< Why one did not.
  };

  /// Of this machine's nodes that have a socket and suit, the one to be asked.
  std::optional<answer> find_socket(const predicate& suits,
                                    search& so_far) const;

  /// The first of the given nodes that suits. Ends the program where one before
  /// it does not answer.
  std::optional<answer> find_given(const predicate& suits,
                                   search& so_far) const;

  /// Those that nodes of `known` know of, for `--all`.
  std::vector<node_address> others(const std::vector<answer>& known) const;

  const node_query& query_;
  std::optional<node_address> chosen_;
  node_link link_;
};

/// Calls `show` once, or, with `--watch`, every second until Ctrl+C, whatever
/// it returns.
/// @param show Prints, and returns an exit code.
[[noreturn]] void run_shown(const node_query& query,
                            const std::function<int()>& show);

} // namespace camctl
