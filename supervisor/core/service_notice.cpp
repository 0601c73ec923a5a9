#include "supervisor/core/service_notice.h"

#include <algorithm>

#include "supervisor/base/text.h"

namespace sup {
namespace {

/// A supervisor shows one line of it.
constexpr std::size_t longest_status = 256;

/// What looks like another assignment must not become one.
std::string on_one_line(std::string_view text) {
  std::string out{cut(text, longest_status)};
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

}  // namespace

std::string ServiceNotice::news(bool started, bool stopping, std::string_view status) {
  pending_.ready = said_.ready || (started && !stopping);
  pending_.stopping = said_.stopping || stopping;
  pending_.status = on_one_line(status);
  std::string out;
  if (pending_.ready != said_.ready) out += "READY=1\n";
  if (pending_.stopping != said_.stopping) out += "STOPPING=1\n";
  if (pending_.status != said_.status) out += "STATUS=" + pending_.status + '\n';
  return out;
}

void ServiceNotice::told() {
  said_ = pending_;
}

}  // namespace sup
