#include "nodes/window/window.hpp"

#ifdef CAMNODE_HAS_OPENCV

#  include "actors/base/jpeg_codec.hpp"
#  include "actors/base/log.hpp"
#  include "actors/session/camera_state.hpp"
#  include "actors/shared/expected_pause.hpp"
#  include "messages/clock.hpp"
#  include "nodes/window/display.hpp"
#  include "nodes/window/window_layout.hpp"
#  include "nodes/window/window_paint.hpp"

#  include <opencv2/core.hpp>
#  include <opencv2/highgui.hpp>
#  include <opencv2/imgproc.hpp>

#  include <algorithm>
#  include <clocale>
#  include <map>
#  include <utility>
#  include <vector>

namespace camnode {

namespace {

constexpr int first_width = 1280;
constexpr int first_height = 720;
constexpr int escape_key = 27;

/// Qt sets the process's locale from the environment, which would put decimal
/// commas into files. This puts back what was set before.
class locale_guard {
public:
  locale_guard() : before_(std::setlocale(LC_ALL, nullptr)) {
  }

  ~locale_guard() {
    std::setlocale(LC_ALL, before_.c_str());
  }

private:
  const std::string before_;
};

/// What one tile shows, to draw it only when that changes.
struct tile {
  rate_meter rate;
  frame_ptr frame;
  bool broken = false; ///< `frame` cannot be decoded.
  cv::Mat picture;     ///< As large as shown.
  tile_boxes boxes;
  tile_text text;
};

} // namespace

std::string window_support() {
  return "OpenCV " + cv::getVersionString();
}

struct window::impl {
  impl(std::shared_ptr<const fleet> xs, std::shared_ptr<const client_board> x,
       std::string name)
    : cameras(std::move(xs)), board(std::move(x)), title(std::move(name)) {
  }

  void open() {
    locale_guard guard;
    // Pictures are small: more threads would only take time from recording.
    cv::setNumThreads(1);
    cv::namedWindow(title, cv::WINDOW_NORMAL | cv::WINDOW_FREERATIO
                             | cv::WINDOW_GUI_NORMAL);
    opened = true;
    cv::resizeWindow(title, first_width, first_height);
    survive_display();
  }

  /// Draws whatever differs from what is shown.
  void draw() {
    auto members = cameras->look();
    auto now_ns = client_clock_ns();
    session = board->session();
    auto resized = fit_canvas();
    auto changed = fit_tiles(members) || resized;
    auto plan = plan_grid(members.size(), canvas.cols, canvas.rows);
    if (changed) {
      paint_background(canvas, plan);
      for (auto& [id, x] : tiles)
        x.boxes = {};
    }
    for (size_t i = 0; i < members.size(); ++i)
      changed |= update(members[i], plan[i], now_ns);
    if (changed)
      cv::imshow(title, canvas);
  }

  /// Gives the canvas the window's size, so that texts are crisp.
  bool fit_canvas() {
    auto room = cv::getWindowImageRect(title);
    cv::Size size{std::max(room.width, min_window_width),
                  std::max(room.height, min_window_height)};
    if (canvas.size() == size)
      return false;
    canvas.create(size, CV_8UC3);
    return true;
  }

  /// Has a tile for each camera. @returns Whether cameras have come or gone.
  bool fit_tiles(const std::vector<fleet_member>& members) {
    std::map<std::string, tile> fitted;
    for (auto& x : members) {
      auto i = tiles.find(x.server.id);
      fitted[x.server.id] = i == tiles.end() ? tile{} : std::move(i->second);
    }
    auto same = fitted.size() == tiles.size()
                && std::equal(fitted.begin(), fitted.end(), tiles.begin(),
                              [](auto& x, auto& y) {
                                return x.first == y.first;
                              });
    tiles = std::move(fitted);
    return !same;
  }

  /// Draws a tile if anything in it has changed. @returns Whether it has.
  bool update(const fleet_member& member, const tile_boxes& boxes,
              int64_t now_ns) {
    auto& x = tiles[member.server.id];
    auto newest = member.ring->newest();
    auto moved = !(boxes == x.boxes);
    auto fresh = newest != x.frame;
    if (moved || fresh) {
      x.frame = std::move(newest);
      x.boxes = boxes;
      if (moved)
        x.picture.release();
      x.broken = x.frame && !take_picture(x);
    }
    auto text = describe(look_at(member, x, now_ns));
    auto label = moved || !(text == x.text);
    x.text = std::move(text);
    if (fresh || label)
      paint_tile(canvas, x.picture, x.boxes, x.text, label);
    return fresh || label;
  }

  /// Decodes the tile's frame at the size of the tile.
  bool take_picture(tile& x) {
    auto& area = x.boxes.picture;
    auto& jpeg = x.frame->jpeg;
    if (!decoder.decode(jpeg.data(), jpeg.size(), area.width, area.height,
                        decoded))
      return false;
    auto place = letterbox(decoded.width, decoded.height, area);
    cv::Mat whole{decoded.height, decoded.width, CV_8UC3,
                  decoded.pixels.data()};
    // Bilinear skips no pixel above half the size, where the decoder leaves
    // most pictures; averaging areas takes five times as long as decoding.
    auto far = decoded.width > 2 * place.width;
    cv::resize(whole, x.picture, {place.width, place.height}, 0, 0,
               far ? cv::INTER_AREA : cv::INTER_LINEAR);
    return true;
  }

  tile_facts look_at(const fleet_member& member, tile& x, int64_t now_ns) {
    camera_look look{member};
    auto& books = look.books;
    tile_facts result;
    result.server = member.server;
    result.viewer = look.viewer;
    result.pause_ns = expected_pause_ns(member.server, result.viewer, now_ns);
    x.rate.add(now_ns, result.viewer.frames, patience_ns(result.pause_ns));
    result.rate_hz = x.rate.rate_hz();
    result.truth = camera_state(look, session, now_ns);
    result.expected = member.expected;
    if (session.exists() && books.session_ms == session.start_ms)
      result.restarts = books.runs_ended;
    if (x.frame) {
      result.width = x.frame->width;
      result.height = x.frame->height;
    }
    result.broken = x.broken;
    result.now_ns = now_ns;
    return result;
  }

  /// @returns Whether the window is still open.
  bool wait_for_keys(std::chrono::milliseconds wait) {
    auto key = cv::waitKey(std::max(1, static_cast<int>(wait.count())));
    return key != 'q' && key != 'Q' && key != escape_key
           && cv::getWindowProperty(title, cv::WND_PROP_VISIBLE) > 0;
  }

  const std::shared_ptr<const fleet> cameras;
  const std::shared_ptr<const client_board> board;
  const std::string title;
  bool opened = false;
  cv::Mat canvas;
  std::map<std::string, tile> tiles; ///< By server id.
  session_info session; ///< The present one, when it was last drawn.
  jpeg_decoder decoder;
  bgr_picture decoded;
};

window::window(std::shared_ptr<const fleet> cameras,
               std::shared_ptr<const client_board> board, std::string title)
  : impl_(std::make_unique<impl>(std::move(cameras), std::move(board),
                                 std::move(title))) {
}

window::~window() {
  try {
    if (!impl_->opened)
      return;
    cv::destroyWindow(impl_->title);
    // Qt takes it off the screen with its next events; nobody else has any.
    cv::waitKey(50);
  } catch (const cv::Exception&) {
    // It has been closed already.
  }
}

bool window::show_next(std::chrono::milliseconds wait) {
  using namespace std::chrono;
  try {
    if (!impl_->opened)
      impl_->open();
    auto begin = steady_clock::now();
    impl_->draw();
    auto took = duration_cast<milliseconds>(steady_clock::now() - begin);
    return impl_->wait_for_keys(std::max(wait, took));
  } catch (const display_lost& x) {
    impl_->opened = false; // There is nothing left to close.
    log_warning("window", x.what());
    return false;
  } catch (const cv::Exception& x) {
    log_error("window", x.what());
    return false;
  }
}

} // namespace camnode

#else

namespace camnode {

std::string window_support() {
  return "without OpenCV: no live window";
}

struct window::impl {};

window::window(std::shared_ptr<const fleet>,
               std::shared_ptr<const client_board>, std::string) {
}

window::~window() = default;

bool window::show_next(std::chrono::milliseconds) {
  return false;
}

} // namespace camnode

#endif
