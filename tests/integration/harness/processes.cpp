#include "tests/integration/harness/processes.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "supervisor/base/text.h"
#include "supervisor/os/files.h"
#include "supervisor/os/process_table.h"

namespace testing_support {
namespace {

/// Empty when the process is gone, even while it is read: a stream of the library would throw.
std::string proc_file(pid_t pid, const char* name) {
  constexpr std::size_t largest = 1024UL * 1024;
  const auto text = sup::read_file("/proc/" + std::to_string(pid) + "/" + name, largest);
  return text ? *text : std::string{};
}

/// Texts with a NUL behind each, as the kernel shows them.
std::vector<std::string> texts_of(const std::string& all) {
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < all.size(); at += texts.back().size() + 1)
    texts.emplace_back(all.c_str() + at);
  return texts;
}

}  // namespace

std::vector<pid_t> descendants_of(pid_t root) {
  const auto table = std::make_unique<sup::Descendants>();
  table->look(root);
  return {table->pids().begin(), table->pids().end()};
}

bool is_older(const sup::ProcessInfo& one, const sup::ProcessInfo& other) {
  if (one.started != other.started) return one.started < other.started;
  // Numbers begin anew after the highest: then the low one is the younger.
  constexpr pid_t half = 16'384;  // of the usual pid_max
  const pid_t ahead = other.pid - one.pid;
  return ahead > 0 ? ahead < half : -ahead > half;
}

std::vector<pid_t> descendants_named(pid_t root, const std::string& name) {
  std::vector<sup::ProcessInfo> found;
  for (const pid_t pid : descendants_of(root)) {
    sup::ProcessInfo process;
    if (sup::read_process(pid, process) && process.name.view() == name) found.push_back(process);
  }
  std::sort(found.begin(), found.end(), is_older);
  std::vector<pid_t> pids;
  for (const auto& process : found)
    pids.push_back(process.pid);
  return pids;
}

std::size_t zombies_of(pid_t pid) {
  std::vector<pid_t> children(32'768);
  children.resize(sup::children_of(pid, children));
  return static_cast<std::size_t>(std::count_if(children.begin(), children.end(), [](pid_t child) {
    sup::ProcessInfo process;
    return sup::read_process(child, process) && process.state == 'Z';
  }));
}

std::string status_field(pid_t pid, const std::string& name) {
  const std::string status = proc_file(pid, "status");
  for (const std::string_view line : sup::lines_of(status)) {
    if (line.starts_with(name) && line.substr(name.size()).starts_with(":"))
      return std::string{sup::trim(line.substr(name.size() + 1))};
  }
  return {};
}

std::uint64_t signal_set(pid_t pid, const std::string& name) {
  const std::string field = status_field(pid, name);
  return field.empty() ? ~std::uint64_t{0} : std::stoull(field, nullptr, 16);
}

std::vector<std::string> command_line(pid_t pid) {
  return texts_of(proc_file(pid, "cmdline"));
}

std::vector<int> descriptors_of(pid_t pid) {
  std::vector<int> found;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator{"/proc/" + std::to_string(pid) + "/fd", error})
    found.push_back(std::stoi(entry.path().filename().string()));
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> environment_of(pid_t pid) {
  return texts_of(proc_file(pid, "environ"));
}

std::optional<std::string> environment_of(pid_t pid, const std::string& name) {
  const std::string all = proc_file(pid, "environ");
  for (const std::string_view entry : sup::split(all, '\0')) {
    if (entry.starts_with(name + "=")) return std::string{entry.substr(name.size() + 1)};
  }
  return std::nullopt;
}

bool is_alive(pid_t pid) {
  sup::ProcessInfo process;
  return sup::read_process(pid, process) && process.state != 'Z' && process.state != 'X';
}

}  // namespace testing_support
