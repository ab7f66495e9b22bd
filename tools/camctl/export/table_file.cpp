#include "tools/camctl/export/table_file.hpp"

#include "actors/base/file_ops.hpp"
#include "actors/base/input_file.hpp"
#include "messages/error.hpp"

#include <utility>

namespace camnode {

namespace {

constexpr size_t write_bytes = size_t{1} << 20;

} // namespace

caf::expected<file_facts> facts_of(const std::filesystem::path& path) {
  input_file file{path};
  xxh3_sum sum;
  if (!each_chunk(file, [&](auto chunk) { sum.add(chunk); }))
    return caf::make_error(ec::bad_message,
                           path.string() + ": cannot be read"
                             + (file.fault().empty() ? "" : ": ")
                             + file.fault());
  return file_facts{file.size(), sum.value()};
}

caf::error unwritten(const caf::error& x) {
  return x ? caf::make_error(ec::write_failed, reason_of(x)) : caf::error{};
}

table_file::table_file(std::filesystem::path path, unique_fd fd)
  : path_(std::move(path)), fd_(std::move(fd)) {
}

caf::expected<table_file> table_file::create(std::filesystem::path path) {
  auto fd = create_file(path);
  if (!fd)
    return unwritten(fd.error());
  return table_file{std::move(path), std::move(*fd)};
}

caf::error table_file::flush() {
  return text.size() < write_bytes ? caf::error{} : write();
}

caf::error table_file::write() {
  auto err = write_all(fd_.get(), text, path_);
  sum_.add(text);
  bytes_ += text.size();
  text.clear();
  return err;
}

caf::error table_file::close() {
  if (auto err = write())
    return err;
  auto err = unwritten(sync_data(fd_.get(), path_));
  fd_.reset();
  return err;
}

} // namespace camnode
