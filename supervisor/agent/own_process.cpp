#include "supervisor/agent/own_process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"
#include "supervisor/os/files.h"

namespace sup {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t count_descriptors() {
  DIR* const directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return 0;
  std::uint64_t entries = 0;
  while (::readdir(directory) != nullptr)  // NOLINT(concurrency-mt-unsafe): one thread
    ++entries;
  ::closedir(directory);
  return entries > 3 ? entries - 3 : 0;  // `.`, `..` and the directory's own
}

}  // namespace

OwnProcess own_process() {
  OwnProcess own;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    own.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) own.most_descriptors = limit.rlim_cur;
  own.open_descriptors = count_descriptors();
  const auto statm = read_file("/proc/self/statm", 256);
  if (!statm) return own;
  const auto pages = split(trim(*statm), ' ');
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (pages.size() < 2) return own;
  own.virtual_bytes = static_cast<std::uint64_t>(parse_number(pages[0]).value_or(0)) * page;
  own.resident_bytes = static_cast<std::uint64_t>(parse_number(pages[1]).value_or(0)) * page;
  return own;
}

}  // namespace sup
