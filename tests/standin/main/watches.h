#pragma once
// What iris-main looks at now and then while IRIS runs: merge file, licence key, log.
#include <sys/types.h>

#include "instance.h"
#include "main/main_log.h"

namespace standin {

/// Merges $ISC_CPF_MERGE_FILE by `iris merge` when it differs from the copy of the last merge. One
/// that failed is not tried again until it changes.
class MergeWatch {
 public:
  MergeWatch(const Instance& instance, MainLog& log);
  void look();

 private:
  void merge(const std::string& text);

  const Instance& instance_;
  MainLog& log_;
  fs::path file_;
  std::string seen_;
  bool seen_any_ = false;
};

/// Copies the licence key to mgr/ whenever it changes.
class KeyWatch {
 public:
  KeyWatch(const Instance& instance, MainLog& log, fs::path key);
  void look();

 private:
  const Instance& instance_;
  MainLog& log_;
  fs::path key_;
  std::string copied_;
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
