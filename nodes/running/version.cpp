#include "nodes/running/version.hpp"

namespace camnode {

std::string version() {
  return CAMNODE_VERSION;
}

} // namespace camnode
