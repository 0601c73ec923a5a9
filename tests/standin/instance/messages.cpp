// Entries of messages.log.
#include "instance/messages.h"

#include <unistd.h>

#include "base/clock.h"

namespace standin {

std::string log_message(const Instance& instance, Severity severity, std::string_view category,
                        std::string_view text) {
  std::string entry = messages_stamp() + " (" + std::to_string(::getpid()) + ") " +
                      std::to_string(static_cast<int>(severity)) + " [";
  entry.append(category).append("] ").append(text);
  append_file(instance.messages_log(), entry + "\n", Append::existing);
  return entry;
}

}  // namespace standin
