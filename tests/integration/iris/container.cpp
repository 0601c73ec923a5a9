#include "tests/integration/iris/container.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace testing_support {

IrisContainer::IrisContainer() {
  for (const char* name : {"iris-main", "iris", "irisdb"}) {
    std::filesystem::create_directories(dir / "bin");
    std::filesystem::create_symlink(STANDIN_PROGRAM, dir / (std::string{"bin/"} + name));
  }
  for (const char* name : {"run", "data", "home", "inst", "faults", "merge.d"})
    std::filesystem::create_directories(dir / name);
  dir.write("seed.cpf", "[config]\nglobals=0,0,800,0,0,0\ngmheap=256000");
  dir.write("merge.d/50-port.cpf", "[Startup]\nDefaultPort=1973 ; not 1972\n");
  dir.write("secret/password", std::string{password} + "\n");
  const std::string programs = std::filesystem::path{IRIS_INIT_PROGRAM}.parent_path().string();
  set("PATH", dir / "bin:" + programs + ":/usr/local/bin:/usr/bin:/bin");
  set("ISC_DATA_DIRECTORY", dir / "data/iris");
  set("ISC_PACKAGE_INSTALLDIR", dir / "inst");
  set("ISC_PACKAGE_INSTANCENAME", "IRIS");
  set("IRISSYS", dir / "home/irissys");
  set("ISC_CPF_MERGE_FILE", dir / "seed.cpf");
  set("IRIS_STANDIN_FAULTS", dir / "faults");
  set("IRIS_INIT_PATHS_RUN_DIR", dir / "run");
  set("IRIS_INIT_PATHS_CONFIG", dir / "iris-init.ini");
  set("IRIS_INIT_MERGE_DIR", dir / "merge.d");
  set("IRIS_INIT_MERGE_PASSWORD_FILE", dir / "secret/password");
  set("IRIS_INIT_HTTP_LISTEN", "127.0.0.1:" + std::to_string(port));
  // Facts about IRIS that may be one way or the other: cover.sh runs the suite with many of them.
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    if (variable.starts_with("IRIS_STANDIN_")) environment_.emplace_back(variable);
  }
}

void IrisContainer::unset(const std::string& name) {
  std::erase_if(environment_,
                [&](const std::string& entry) { return entry.starts_with(name + "="); });
}

void IrisContainer::set(const std::string& name, const std::string& value) {
  unset(name);
  environment_.push_back(name + "=" + value);
}

void IrisContainer::fault(const std::string& name, const std::string& value) const {
  if (value.empty()) {
    std::filesystem::remove(dir / ("faults/" + name));
    return;
  }
  // Renamed into place: whoever reads it meets the whole of it.
  const std::string fresh = dir.write("fault.new", value);
  std::filesystem::rename(fresh, dir / ("faults/" + name));
}

bool IrisContainer::has_fact(const std::string& name, const std::string& value) {
  std::string variable = "IRIS_STANDIN_" + name;
  std::transform(variable.begin(), variable.end(), variable.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const char* const set = std::getenv(variable.c_str());
  return set != nullptr && value == set;
}

Program IrisContainer::start(const std::vector<std::string>& init_options,
                             const std::vector<std::string>& main_options) const {
  Launch launch;
  launch.argv = before_init;
  launch.argv.emplace_back(IRIS_INIT_PROGRAM);
  launch.argv.insert(launch.argv.end(), init_options.begin(), init_options.end());
  launch.argv.insert(launch.argv.end(), {"--", "iris-main"});
  launch.argv.insert(launch.argv.end(), main_options.begin(), main_options.end());
  launch.environment = environment_;
  launch.directory = dir / "home";
  launch.before_exec = before_exec;
  return Program::as_pid1(launch);
}

Program IrisContainer::start_up(const std::vector<std::string>& init_options) const {
  Program init = start(init_options);
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log() << init.out();
  // iris-main has more to do once IRIS runs (the runtime merge); then it waits.
  EXPECT_TRUE(init.wait_for_output("...copied ", within(30s))) << init.out();
  return init;
}

Program IrisContainer::begin(const Program& init, const std::vector<std::string>& argv) const {
  Launch launch;
  launch.argv = {"env"};  // looks the program up in the container's PATH
  launch.argv.insert(launch.argv.end(), argv.begin(), argv.end());
  launch.environment = environment_;
  launch.directory = dir / "home";
  return init.inside(launch);
}

IrisContainer::Answer IrisContainer::exec(const Program& init,
                                          const std::vector<std::string>& argv) const {
  Program program = begin(init, argv);
  Answer answer;
  answer.code = program.wait_code(within(30s));
  answer.out = program.out();
  answer.err = program.log();
  return answer;
}

IrisContainer::Answer IrisContainer::irisctl(const Program& init,
                                             std::vector<std::string> words) const {
  words.insert(words.begin(), "irisctl");
  return exec(init, words);
}

int IrisContainer::session(const Program& init, const std::string& code) const {
  return exec(init, {"iris", "session", "IRIS", "-U", "%SYS", code}).code;
}

pid_t IrisContainer::control_process(const Program& init) {
  const auto all = descendants_named(init.pid(), "irisdb");
  if (all.empty())
    throw std::runtime_error{"no irisdb lives"};  // kill(0) would be the test's own end
  return all.front();
}

int IrisContainer::probe(const std::string& name, Deadline deadline) {
  return http_get(port, "/" + name, deadline).status;
}

void expect_clean(const IrisContainer& container) {
  Program again = container.start();
  ASSERT_TRUE(again.wait_for_event("iris.up", within(30s))) << again.log();
  EXPECT_EQ(again.out().find("WIJ compare"), std::string::npos) << again.out();
}

}  // namespace testing_support
