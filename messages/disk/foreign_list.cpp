#include "messages/disk/foreign_list.hpp"

namespace camnode {

namespace {

constexpr size_t max_folders = 5;

std::string count_of(uint64_t n) {
  return std::to_string(n) + (n == 1 ? " file of others" : " files of others");
}

} // namespace

std::map<std::string, foreign_files>
by_folder(const std::vector<std::string>& files) {
  std::map<std::string, foreign_files> result;
  for (auto& file : files) {
    auto end = file.rfind('/');
    auto& x = result[end == file.npos ? "." : file.substr(0, end)];
    ++x.count;
    if (x.first.size() < foreign_files::max_names)
      x.first.push_back(end == file.npos ? file : file.substr(end + 1));
  }
  return result;
}

std::string in_words(const std::string& folder, const foreign_files& x) {
  auto result = folder + ": " + count_of(x.count) + " (";
  for (auto& name : x.first)
    result += (&name == &x.first.front() ? "" : ", ") + name;
  return result + (x.count > x.first.size() ? ", ...)" : ")");
}

std::string summary_of(const std::vector<std::string>& files) {
  auto result = count_of(files.size()) + ", left alone: ";
  auto folders = by_folder(files);
  size_t told = 0;
  for (auto& [folder, x] : folders) {
    if (told == max_folders)
      return result + ", and " + std::to_string(folders.size() - told)
             + " more folders";
    result += (told++ == 0 ? "" : ", ") + folder + " ("
              + std::to_string(x.count) + ")";
  }
  return result;
}

} // namespace camnode
