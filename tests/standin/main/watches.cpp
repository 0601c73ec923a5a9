// Polling of merge file, licence key and log.
#include "main/watches.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <array>

#include "base/process.h"
#include "base/switches.h"
#include "base/text.h"

namespace standin {

MergeWatch::MergeWatch(const Instance& instance, MainLog& log)
    : instance_{instance}, log_{log}, file_{merge_file_of_environment()} {}

void MergeWatch::started() {
  segment_ = read_file(instance_.shid());
  look();
}

void MergeWatch::look() {
  if (file_.empty() || was_restarted()) return;
  const auto text = content();
  if (!text) return;
  const auto last = seen_any_ ? std::optional{seen_} : read_file(instance_.last_merge(file_));
  if (last != text) merge(*text);
  seen_ = *text;
  seen_any_ = true;
}

std::optional<std::string> MergeWatch::content() {
  if (switch_is("merge_file_swap", "noticed")) return read_file(file_);
  // Whoever watches the file itself, not its name, never sees the one that took its place.
  if (!first_) first_ = UniqueFd{::open(file_.c_str(), O_RDONLY | O_CLOEXEC)};
  return first_ ? read_file("/proc/self/fd/" + std::to_string(first_.get())) : std::nullopt;
}

bool MergeWatch::was_restarted() const {
  if (switch_is("merge_after_restart", "goes_on")) return false;
  const auto now = read_file(instance_.shid());
  return now && now != segment_;
}

void MergeWatch::merge(const std::string& text) {
  const std::string name = file_.string();
  log_.info("Files differ; merging " + name + "...");
  const Outcome outcome = run_self({"iris", "merge", instance_.name, name});
  if (outcome.wait_status != 0) {
    log_.info("Error merging " + name + ": \n" + std::string{trim(outcome.output)} +
              ",Command \"iris merge " + instance_.name + " " + name + "\" exited with status " +
              std::to_string(outcome.wait_status));
    return;
  }
  log_.info("...merged " + name);
  const fs::path copy = instance_.last_merge(file_);
  log_.info("Copying " + name + " to " + copy.string() + "...");
  if (write_file(copy, text))
    log_.info("...copied " + name + " to " + copy.string());
  else
    log_.error("Error copying " + name + " to " + copy.string());
}

KeyWatch::KeyWatch(const Instance& instance, MainLog& log, fs::path key)
    : instance_{instance}, log_{log}, key_{std::move(key)} {}

void KeyWatch::look() {
  if (key_.empty()) return;
  const auto text = read_file(key_);
  if (!text || *text == copied_) return;
  const fs::path target = instance_.mgr() / "iris.key";
  log_.info("Copying " + key_.string() + " to " + target.string() + "...");
  if (write_file(target, *text))
    log_.info("...copied " + key_.string() + " to " + target.string());
  else
    log_.error("Error copying " + key_.string() + " to " + target.string());
  copied_ = *text;
  if (started_)
    run_self(
        {"iris", "session", instance_.name, "-U", "%SYS", "##class(%SYSTEM.License).Upgrade()"});
}

LogTail::LogTail(fs::path file) : file_{std::move(file)} {}

bool LogTail::open() {
  fd_ = UniqueFd{::open(file_.c_str(), O_RDONLY | O_CLOEXEC)};
  return fd_ && ::lseek(fd_.get(), 0, SEEK_END) >= 0;
}

void LogTail::look() {
  if (!fd_) return;
  std::array<char, 16384> piece{};
  for (ssize_t n = ::read(fd_.get(), piece.data(), piece.size()); n > 0;
       n = ::read(fd_.get(), piece.data(), piece.size()))
    write_all(STDOUT_FILENO, {piece.data(), static_cast<std::size_t>(n)});
}

}  // namespace standin
