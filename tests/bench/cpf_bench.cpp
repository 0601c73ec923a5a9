// cpf_bench: the measuring parts of tests/bench/cpf.sh. Figures, no judgement.
//   make                     a CPF of the shape of a factory one
//   repeat N FILE            FILE N times, one behind the other
//   merge BASE OVERLAY       seconds of parse, merge and text; bytes of memory it took
//   row N BASE OURS THEIRS   a row of the table from files with one "seconds bytes" a line
//   slope TABLE              how time grows with size: 1 is linear
//   step N PROGRAM ARG…      milliseconds of the program, N times
#include <fmt/core.h>
#include <malloc.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cpfmerge/merge.h"
#include "cpfmerge/model.h"

namespace {

using Clock = std::chrono::steady_clock;
using Words = std::vector<std::string>;

std::string contents(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int make() {
  for (const cpf::SectionModel& section : cpf::all_sections()) {
    if (section.name == "Actions") continue;
    fmt::print("[{}{}]\n", section.name, section.name.ends_with('.') ? "USER" : "");
    for (const cpf::Parameter& parameter : section.parameters)
      fmt::print("{}=0\n", parameter.name);
    for (int i = 0; section.items && i < 20; ++i)
      fmt::print("Item{}=/usr/irissys/mgr/item{}/\n", i, i);
    fmt::print("\n");
  }
  return 0;
}

int merge(const Words& words) {
  const std::string base = contents(words[0]);
  const std::string overlay = contents(words[1]);
  const std::size_t before = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
  const auto began = Clock::now();
  cpf::Document document = cpf::Document::parse(base);
  cpf::merge(document, cpf::Document::parse(overlay));
  const std::size_t taken = ::mallinfo2().uordblks + ::mallinfo2().hblkhd - before;
  const std::string text = document.text();
  const double took = seconds_since(began);
  fmt::print("{:.9f} {}\n", took, text.empty() ? 0 : taken);
  return 0;
}

struct Measured {
  std::vector<double> seconds;
  double bytes = 0;
};

Measured read(const std::string& path) {
  Measured measured;
  std::istringstream in{contents(path)};
  double seconds = 0;
  while (in >> seconds >> measured.bytes)
    measured.seconds.push_back(seconds);
  return measured;
}

int row(const Words& words) {
  const auto size = static_cast<double>(contents(words[1]).size());
  const Measured ours = read(words[2]);
  const double our_time = median(ours.seconds);
  const double their_time = median(read(words[3]).seconds);
  fmt::print("{:>7} {:>10.0f} {:>12.6f} {:>10.1f} ", words[0], size, our_time,
             size / our_time / 1e6);
  if (their_time > 0)
    fmt::print("{:>12.6f} {:>10.1f} {:>7.0f}x ", their_time, size / their_time / 1e6,
               their_time / our_time);
  else
    fmt::print("{:>12} {:>10} {:>8} ", "-", "-", "-");
  fmt::print("{:>7.1f}x\n", ours.bytes / size);
  return 0;
}

/// Of log(time) over log(size), from the second row to the last: the first is too short to tell.
int slope(const Words& words) {
  std::istringstream in{contents(words[0])};
  std::vector<std::pair<double, double>> points;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields{line};
    double times = 0;
    double bytes = 0;
    double seconds = 0;
    if (fields >> times >> bytes >> seconds)
      points.emplace_back(std::log(bytes), std::log(seconds));
  }
  if (points.size() < 2) return 1;
  const auto& [x0, y0] = points[points.size() - 2];
  const auto& [x1, y1] = points.back();
  fmt::print("time grows with size to the power of {:.2f} (1: linear)\n", (y1 - y0) / (x1 - x0));
  return 0;
}

int step(const Words& words) {
  const int count = std::stoi(words[0]);
  std::vector<char*> argv;
  for (std::size_t i = 1; i < words.size(); ++i)
    argv.push_back(const_cast<char*>(words[i].c_str()));  // posix_spawn does not write to them
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const auto began = Clock::now();
    pid_t pid = 0;
    int status = 0;
    if (::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ) != 0) return 1;
    if (::waitpid(pid, &status, 0) != pid || status != 0) return 1;
    times.push_back(seconds_since(began) * 1e3);
  }
  fmt::print(
      "start-up step (cpfmerge prepare, the whole process): median {:.2f} ms, fastest {:.2f} "
      "ms of {}\n",
      median(times), *std::min_element(times.begin(), times.end()), count);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Words words(argv + std::min(argc, 2), argv + argc);
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "make") return make();
  if (verb == "merge" && words.size() == 2) return merge(words);
  if (verb == "row" && words.size() == 4) return row(words);
  if (verb == "slope" && words.size() == 1) return slope(words);
  if (verb == "step" && words.size() > 1) return step(words);
  if (verb == "repeat" && words.size() == 2) {
    const std::string text = contents(words[1]);
    for (int i = std::stoi(words[0]); i > 0; --i)
      fmt::print("{}", text);
    return 0;
  }
  return 2;
}
