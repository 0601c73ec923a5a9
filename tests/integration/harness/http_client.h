#pragma once
// A small HTTP client for tests: one GET, one answer, one deadline.
#include <string>

#include "tests/integration/harness/deadline.h"

namespace testing_support {

struct HttpAnswer {
  int status = 0;    ///< 0: no answer (refused, cut off, or the deadline came first)
  std::string head;  ///< status line and header fields
  std::string body;
};

/// GET from 127.0.0.1; the connection is closed afterwards.
HttpAnswer http_get(int port, const std::string& target, Deadline deadline);

/// Asks again until the answer has this status; the last answer.
HttpAnswer http_wait_for(int port, const std::string& target, int status, Deadline deadline);

}  // namespace testing_support
