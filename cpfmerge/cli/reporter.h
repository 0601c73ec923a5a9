#pragma once
// Reporter: tells PID 1 how far the start-up step is; by hand, without --report-fd, it tells
// nobody.
#include "supervisor/link/prepare_report.h"

namespace cpf::cli {

class Reporter {
 public:
  Reporter() = default;
  explicit Reporter(int socket) : socket_{socket} {}

  /// False when PID 1 is gone: then there is nothing to prepare for.
  [[nodiscard]] bool send(sup::PrepareStage stage, int passed_fd = -1, bool merge_file = false,
                          std::uint32_t swept = 0) const {
    if (socket_ < 0) return true;
    sup::PrepareReport report;
    report.stage = stage;
    report.merge_file = merge_file ? 1 : 0;
    report.swept = swept;
    return static_cast<bool>(sup::send_report(socket_, report, passed_fd));
  }

 private:
  int socket_ = -1;
};

}  // namespace cpf::cli
