#pragma once

#include <stdexcept>

namespace camnode {

/// The display that windows were on has gone: nothing of Qt may be called any
/// more, not even to close them.
class display_lost : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Whether a window can be opened: there is OpenCV, and a display that answers.
/// To be asked first, as Qt, which draws OpenCV's windows, aborts the process
/// where there is none. Finds out once, in a few milliseconds; never aborts.
/// Keeps a connection of its own to the display. Main thread only.
bool display_usable();

/// From here on, a display that goes away (an X server that ends, a user who
/// logs out) is `display_lost`, thrown out of the call of OpenCV that finds it
/// gone, where Qt would end the process with exit 1. To be called once a window
/// is open; main thread only. Does nothing where Qt is another one than what
/// this was made for (5 and 6).
void survive_display();

} // namespace camnode
