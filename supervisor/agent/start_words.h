#pragma once
// StartWords: what IRIS has written to messages.log during a start: of one that failed, whether
// that is something which no restart can heal; of one that came up, what was recovered. The file
// lies on the data volume: a helper reads it.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "supervisor/agent/jobs.h"

namespace sup {

class StartWords {
 public:
  struct Said {
    std::string incurable;  ///< the line and what it means; "": nothing of the kind that is known
    std::string recovered;  ///< for people; "": nothing
  };
  using Found = std::function<void(const Said&)>;

  StartWords(Jobs& jobs, std::string helper) : jobs_{jobs}, helper_{std::move(helper)} {}

  /// A start will begin in a moment: what the file holds already is history. "": where IRIS's data
  /// lie is not known, and nothing will be found.
  /// Calls `ready` when it is known how much that is. Who waits for words of the start before waits
  /// in vain.
  void begin(const std::string& data_directory, std::function<void()> ready);
  /// The same where that is known: cpfmerge has noted it before the container's first start.
  void begin_at(const std::string& data_directory, std::int64_t from);
  /// The start is over. What was said until now is history then.
  void read(Found found);
  /// It is not known yet what is history: what a start says meanwhile would be taken for it.
  [[nodiscard]] bool looking() const { return looking_; }
  [[nodiscard]] bool reading() const { return static_cast<bool>(found_); }

 private:
  void forget(const std::string& data_directory);
  void ask(std::int64_t from, Jobs::Done done);
  void answer(const JobResult& result);

  Jobs& jobs_;
  std::string helper_;
  std::string path_;
  std::optional<std::int64_t> from_;
  std::uint64_t start_ = 0;  ///< counts them: an answer that comes late is another's
  bool looking_ = false;
  Found found_;  ///< empty: nobody waits
};

}  // namespace sup
