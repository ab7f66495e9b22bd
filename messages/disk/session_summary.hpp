#pragma once

#include "messages/disk/manifest.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace camnode {

/// What a manifest says of its session in short, as camctl's verdicts are put:
/// `recording`, `all there`, `losses, all named`, or `damage` for a state that
/// there is none of. Whether the files are as the manifest says, only those who
/// read them know.
std::string verdict_of(const manifest& x);

/// The entry of a session in a list of them (messages/wire/API.md).
/// @param name Of the manifest's file, below `data.dir`.
nlohmann::ordered_json summary_of(const manifest& x, const std::string& name);

} // namespace camnode
