#pragma once
// What iris-main looks at now and then while IRIS runs: merge file, licence key, log.
#include <sys/types.h>

#include <optional>
#include <string>

#include "instance/instance.h"
#include "main/main_log.h"

namespace standin {

/// Merges $ISC_CPF_MERGE_FILE by `iris merge` when it differs from the copy of the last merge. One
/// that failed is not tried again until it changes. Whether a file that was renamed into its place
/// is noticed, and whether merging goes on after somebody restarted IRIS, are switches.
class MergeWatch {
 public:
  MergeWatch(const Instance& instance, MainLog& log);
  void started();  ///< IRIS was, by iris-main
  void look();

 private:
  [[nodiscard]] std::optional<std::string> content();
  [[nodiscard]] bool was_restarted() const;
  void merge(const std::string& text);

  const Instance& instance_;
  MainLog& log_;
  fs::path file_;
  UniqueFd first_;  ///< the file as it was first
  std::optional<std::string> segment_;
  std::string seen_;
  bool seen_any_ = false;
};

/// Copies the licence key to mgr/ whenever it changes; once IRIS has been started, it is told to
/// take it up.
class KeyWatch {
 public:
  KeyWatch(const Instance& instance, MainLog& log, fs::path key);
  void started() { started_ = true; }
  void look();

 private:
  const Instance& instance_;
  MainLog& log_;
  fs::path key_;
  std::string copied_;
  bool started_ = false;
};

/// Passes on what is added to a log, on standard output only.
class LogTail {
 public:
  explicit LogTail(fs::path file);
  [[nodiscard]] bool open();
  void look();

 private:
  fs::path file_;
  UniqueFd fd_;
};

}  // namespace standin
