// The names under which the stand-ins are found.
#include "values.hpp"

std::vector<Server> servers() {
  return {
      {{0x3c1f9a10, 0x5c1d, 0x4d0e, {0x9b, 0x2e, 0x6e, 0x75, 0x63, 0x65, 0x6e, 0x01}}, L"Eucentric.Values", makeValues},
  };
}
