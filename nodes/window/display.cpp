#include "nodes/window/display.hpp"

#include <dlfcn.h>
#include <poll.h>

#include <cstdlib>
#include <cstring>
#include <thread>

// Qt's own types, by name alone: what is linked is OpenCV, which uses Qt.
enum QtMsgType : int;
class QMessageLogContext;
class QString;

namespace camnode {

namespace {

#ifdef CAMNODE_HAS_OPENCV
constexpr bool has_windows = true;
#else
constexpr bool has_windows = false;
#endif

/// How long the two connections of one server may take to end.
constexpr int end_patience_ms = 500;

bool starts_with(const char* x, const char* prefix) {
  return x && std::strncmp(x, prefix, std::strlen(prefix)) == 0;
}

/// A connection by libxcb, as Qt's, without linking it. It stays: a server
/// without a session, as Xvfb, resets when its last client leaves, and would
/// not answer Qt while it does.
class display_connection {
public:
  display_connection()
    : library_(dlopen("libxcb.so.1", RTLD_NOW | RTLD_LOCAL)) {
    if (!find(connect_, "xcb_connect")
        || !find(error_, "xcb_connection_has_error")
        || !find(descriptor_, "xcb_get_file_descriptor")
        || !find(event_, "xcb_poll_for_event")
        || !find(disconnect_, "xcb_disconnect"))
      return;
    connection_ = connect_(nullptr, nullptr);
    if (error_(connection_) == 0)
      return;
    disconnect_(connection_);
    connection_ = nullptr;
  }

  explicit operator bool() const {
    return connection_ != nullptr;
  }

  /// Whether the display has ended, or does within `patience_ms`.
  bool gone(int patience_ms) const {
    pollfd fd{descriptor_(connection_), POLLIN, 0};
    while (poll(&fd, 1, patience_ms) > 0) {
      while (auto event = event_(connection_))
        std::free(event);
      if (error_(connection_) != 0)
        return true;
    }
    return false;
  }

private:
  template <class Function>
  bool find(Function*& out, const char* name) {
    if (library_)
      out = reinterpret_cast<Function*>(dlsym(library_, name));
    return out != nullptr;
  }

  void* const library_;
  void* connection_ = nullptr;
  void* (*connect_)(const char*, int*) = nullptr;
  int (*error_)(void*) = nullptr;
  int (*descriptor_)(void*) = nullptr;
  void* (*event_)(void*) = nullptr;
  void (*disconnect_)(void*) = nullptr;
};

const display_connection& own_connection() {
  static const display_connection result;
  return result;
}

using message_handler = void (*)(QtMsgType, const QMessageLogContext&,
                                 const QString&);

message_handler qt_prints = nullptr;
std::thread::id main_thread;

// Qt says that the connection broke, and ends the process right after it. It
// is told so before; and as the exception passes through Qt, nothing of Qt is
// to be called afterwards.
void on_message(QtMsgType type, const QMessageLogContext& context,
                const QString& text) {
  if (std::this_thread::get_id() == main_thread
      && own_connection().gone(end_patience_ms))
    throw display_lost{"the display has gone"};
  if (qt_prints)
    qt_prints(type, context, text);
}

} // namespace

bool display_usable() {
  if (!has_windows)
    return false;
  auto platform = std::getenv("QT_QPA_PLATFORM");
  if (starts_with(platform, "offscreen") || starts_with(platform, "minimal"))
    return true;
  auto display = std::getenv("DISPLAY");
  return display && *display && own_connection();
}

void survive_display() {
  using install_fun = message_handler (*)(message_handler);
  auto install = reinterpret_cast<install_fun>(
    dlsym(RTLD_DEFAULT, "_Z22qInstallMessageHandlerPFv9QtMsgTypeRK18"
                        "QMessageLogContextRK7QStringE"));
  if (!install || !own_connection())
    return;
  main_thread = std::this_thread::get_id();
  qt_prints = install(on_message);
}

} // namespace camnode
