#pragma once
// StandinMain: an instance for a test, and iris-main in front of it.
#include <signal.h>

#include "suite/instance_fixture.h"

namespace standin_test {

class StandinMain : public Standin {
 protected:
  /// In the background; what an earlier one said is forgotten.
  [[nodiscard]] pid_t launch_main(const Words& arguments = {}) const {
    fs::remove(output_file());
    return launch("iris-main", arguments, output_file());
  }
  [[nodiscard]] fs::path output_file() const { return top_ / "main-output"; }
  [[nodiscard]] std::string output() const { return read(output_file()); }
  /// Sooner or later, that often.
  [[nodiscard]] bool says(const std::string& text, std::size_t times = 1) const {
    return eventually([&] { return count(output(), text) >= times; });
  }
  static int terminate(pid_t child) {
    ::kill(child, SIGTERM);
    return await(child);
  }
  [[nodiscard]] std::string cpf() const { return read(data() / "iris.cpf"); }

  /// The processes of the ISCAgent that iris-main told of last, as far as they live.
  [[nodiscard]] std::vector<pid_t> agents() const;

 private:
  static std::size_t count(const std::string& text, const std::string& part);
};

}  // namespace standin_test
