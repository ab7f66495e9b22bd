#include "nodes/web/client_pages.hpp"

#include "assets.hpp"

#include <utility>

namespace camnode {

namespace {

http_page text_page(unsigned status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text)};
}

} // namespace

std::map<std::string, std::function<http_page()>>
client_pages(const look_at_node& look,
             const std::shared_ptr<const client_board>& board) {
  std::map<std::string, std::function<http_page()>> result;
  result["/"] = [] {
    return http_page{200, "text/html; charset=utf-8",
                     std::string{assets::client_html}};
  };
  result["/status"] = [board] {
    auto truth = board->truth();
    if (truth.empty())
      return text_page(503, "starting\n");
    return http_page{200, "application/json", truth + "\n"};
  };
  result["/healthz"] = [look] {
    auto trouble = look()->trouble();
    return trouble.empty() ? text_page(200, "ok\n")
                           : text_page(503, trouble + "\n");
  };
  result["/metrics"] = [look] {
    return http_page{200, "text/plain; version=0.0.4", look()->metrics()};
  };
  return result;
}

} // namespace camnode
