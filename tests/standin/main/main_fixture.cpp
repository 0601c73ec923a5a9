// iris-main for a test.
#include "main/main_fixture.h"

namespace standin_test {

std::size_t StandinMain::count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

std::vector<pid_t> StandinMain::agents() const {
  std::vector<pid_t> pids;
  for (const std::string& line : lines_of(output())) {
    const std::string mark = "ISCAgent[";
    if (!line.starts_with(mark) || contains(line, "Cannot start")) continue;
    const std::string pid = line.substr(mark.size(), line.find(']') - mark.size());
    const bool lives = contains(read("/proc/" + pid + "/status"), "Name:\tISCAgent\n") &&
                       !contains(read("/proc/" + pid + "/status"), "State:\tZ");
    if (lives) pids.push_back(std::stoi(pid));
  }
  return pids;
}

}  // namespace standin_test
