#pragma once

#include "tools/bench/arguments.hpp"

namespace camnode::bench {

// The subcommands, as README.md describes them. They run until they are
// killed, unless said otherwise, and throw std::exception when they cannot go
// on.

/// A camera: writes the frames of a clip to stdout, at their pace, stamped.
/// With a boundary, as parts of a multipart stream. Ends when nobody reads any
/// more.
int run_source(const arguments& args);

/// The least that fan-out can cost: reads stamped frames from stdin and sends
/// them to all who connect.
int run_floor(const arguments& args);

/// Readers of one stream, in one process, that look at nothing but the stamps.
/// Prints what they measured, as JSON, and ends.
int run_readers(const arguments& args);

/// Readers that never read, and come back when they are thrown out.
int run_stuck(const arguments& args);

/// Cameras on the network: HTTP servers of a clip, with `/clock`. Prints their
/// ports.
int run_serve(const arguments& args);

/// The least that recording can cost: writes what comes to files.
int run_copy(const arguments& args);

/// What it costs per message that actors are observed. Prints it as JSON, and
/// ends.
int run_observe(const arguments& args);

/// The pool that encodes a camera's pictures, fed without a pause. Prints what
/// it measured, as JSON, and ends.
int run_encode(const arguments& args);

/// What it costs to find the ends of the JPEGs in a stream, beside `memchr`
/// over the same bytes. Prints it as JSON, and ends.
int run_split(const arguments& args);

/// The films and indexes of a camera, with tiny pictures, as a client leaves
/// them. Prints the size of a picture, and ends.
int run_films(const arguments& args);

} // namespace camnode::bench
