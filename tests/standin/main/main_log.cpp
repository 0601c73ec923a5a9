// Standard output and iris-main.log.
#include "main/main_log.h"

#include <fcntl.h>

#include <stdexcept>

#include "base/clock.h"

namespace standin {

MainLog::MainLog()
    : file_{::open("iris-main.log", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)} {
  std::error_code ignored;
  if (!file_)
    throw std::runtime_error{"Unable to find/open file iris-main.log in current directory " +
                             fs::current_path(ignored).string()};
}

void MainLog::write(std::string_view level, std::string_view text) {
  std::string line = "[";
  line.append(level).append("] ").append(text).append("\n");
  write_all(STDOUT_FILENO, line);
  write_all(file_.get(), main_stamp() + " " + line);
}

}  // namespace standin
