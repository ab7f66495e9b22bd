#pragma once

#include <string>
#include <vector>

namespace camctl {

// The commands that ask running nodes. Each takes what stands after its name,
// and does not return: see `leave`.

int run_tree(const std::vector<std::string>& given);
int run_ps(const std::vector<std::string>& given);
int run_top(const std::vector<std::string>& given);
int run_show(const std::vector<std::string>& given);
int run_servers(const std::vector<std::string>& given);
int run_console(const std::vector<std::string>& given);
int run_kill(const std::vector<std::string>& given);
int run_record(const std::vector<std::string>& given);
int run_mark(const std::vector<std::string>& given);
int run_log_level(const std::vector<std::string>& given);
int run_metrics(const std::vector<std::string>& given);

} // namespace camctl
