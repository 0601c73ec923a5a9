#pragma once
// What iris start says on its way, in the words of the profile.
#include <string>

#include "instance/instance.h"
#include "instance/messages.h"

namespace standin {

/// Prints, with a line feed after it.
void say(const std::string& text);

class StartWords {
 public:
  explicit StartWords(const Instance& instance) : instance_{instance} {}

  /// An entry of messages.log, printed too where the profile does that.
  void note(Severity severity, std::string_view category, const std::string& text) const;
  void note(std::string_view category, const std::string& text) const;

  void boot() const;           ///< memory, and the first databases
  void local_mounted() const;  ///< the last of them, after the merge
  void wij_compare() const;    ///< before and after the boot that follows an unclean stop
  void control() const;        ///< the control process is about to start
  void license() const;        ///< before the banner; what is wrong with the key, if anything
  void started() const;        ///< banner, alerts, and the end

 private:
  [[nodiscard]] bool has_key() const;
  const Instance& instance_;
};

}  // namespace standin
