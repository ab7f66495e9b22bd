#include "nodes/recordings/data_reader.hpp"

#include "messages/disk/file_names.hpp"
#include "messages/disk/open_beneath.hpp"
#include "messages/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace camnode {

namespace fs = std::filesystem;

namespace {

/// In one folder. Of more, nobody makes a list.
constexpr size_t max_names = 1'000'000;

} // namespace

data_reader::data_reader(const fs::path& dir)
  : fd_(::open(dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
}

caf::expected<std::vector<std::string>>
data_reader::names_in(const std::string& folder) const {
  std::vector<std::string> result;
  auto fd = open_beneath(fd_.get(), folder, O_RDONLY | O_DIRECTORY);
  if (!fd && errno == ENOENT)
    return result;
  if (!fd)
    return file_error(ec::open_failed, folder, errno);
  std::error_code err;
  fs::directory_iterator i{descriptor_folder / std::to_string(fd.get()), err};
  for (; !err && i != fs::directory_iterator{}; i.increment(err)) {
    result.push_back(i->path().filename().string());
    if (result.size() > max_names)
      return caf::make_error(ec::open_failed,
                             folder + ": has too many names for a list");
  }
  if (err)
    return file_error(ec::open_failed, folder, err.value());
  return result;
}

caf::expected<std::multimap<int64_t, std::string>>
data_reader::manifests() const {
  auto names = names_in("sessions");
  if (!names)
    return std::move(names.error());
  std::multimap<int64_t, std::string> result;
  for (auto& name : *names)
    if (auto start_ms = manifest_start_ms(name))
      result.emplace(*start_ms, "sessions/" + name);
  return result;
}

caf::expected<read_manifest> data_reader::read(const std::string& name) const {
  read_manifest result;
  auto file = open(name);
  if (!file.fd)
    return file_error(ec::open_failed, name, errno);
  if (file.size > max_manifest_bytes)
    return caf::make_error(ec::bad_message, name + ": is larger than 64 MiB");
  result.text.resize(file.size);
  if (!read_at(file.fd.get(), 0, reinterpret_cast<uint8_t*>(result.text.data()),
               result.text.size()))
    return file_error(ec::open_failed, name, EIO);
  auto books = parse_manifest(result.text);
  if (!books)
    return caf::make_error(ec::bad_message,
                           name + ": " + reason_of(books.error()));
  result.name = name;
  result.books = std::move(*books);
  return result;
}

caf::expected<read_manifest> data_reader::find(int64_t start_ms) const {
  auto names = manifests();
  if (!names)
    return std::move(names.error());
  auto i = names->find(start_ms);
  if (i == names->end())
    return caf::make_error(ec::unavailable,
                           "there is no session " + std::to_string(start_ms));
  auto result = read(i->second);
  if (result && result->books.session.start_ms != start_ms)
    return caf::make_error(ec::bad_message,
                           i->second + ": is that of another session");
  return result;
}

piece_file data_reader::open(const std::string& name) const {
  piece_file result;
  result.name = name;
  // Whatever it is, opening it does not wait.
  auto fd = open_beneath(fd_.get(), name, O_RDONLY | O_NONBLOCK);
  struct stat info;
  if (!fd || ::fstat(fd.get(), &info) != 0)
    return result;
  if (!S_ISREG(info.st_mode)) {
    errno = ENOENT;
    return result;
  }
  result.fd = std::move(fd);
  result.size = static_cast<uint64_t>(info.st_size);
  return result;
}

piece_file data_reader::open(const std::string& id, const recorded_piece& x,
                             std::string_view ending) const {
  auto folder = "cam/" + id;
  if (x.end_ms != 0)
    return open((folder + "/" + x.file).append(ending));
  auto extension = ending.substr(1);
  auto result = open(folder + "/" + open_piece_name(x.start_ms, extension));
  if (result.fd || errno != ENOENT)
    return result;
  // Closed since the manifest was written.
  if (auto names = names_in(folder))
    for (auto& name : *names) {
      auto piece = parse_piece_name(name);
      if (piece && !piece->open() && piece->start_ms == x.start_ms
          && piece->extension == extension)
        return open(folder + "/" + name);
    }
  errno = ENOENT;
  return result;
}

std::string data_reader::stem_of(const std::string& id,
                                 const recorded_piece& x) const {
  auto name = fs::path{open(id, x, table_ending).name}.filename().string();
  auto piece = parse_piece_name(name);
  return piece && !piece->open() ? piece_stem(piece->start_ms, piece->end_ms)
                                 : x.file;
}

} // namespace camnode
