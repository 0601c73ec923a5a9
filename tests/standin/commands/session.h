#pragma once
// iris session: signing on, and code.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "instance/instance.h"

namespace standin {

struct SessionRequest {
  std::string name_space = "USER";
  std::string code;
  /// Takes a line `NUMBER MS DATABASE set ^a(1)="x"` for each change when it is acknowledged.
  std::function<void(const std::string& line)> acknowledge;
  std::int64_t until = 0;  ///< now_ms() at which the code ends at its next change; 0: never
};

/// Signs on and carries it out. Exit status.
int run_session(const Instance& instance, const SessionRequest& request);

/// `INSTANCE [-U NAMESPACE] [--acknowledge] 'CODE'`. Exit status.
int iris_session(const std::vector<std::string>& arguments);

}  // namespace standin
