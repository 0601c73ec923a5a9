#pragma once
// Standin: an instance of its own in a directory of its own for each test, with short times; what
// daemonises becomes a child of the test program.
#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace standin_test {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

std::string read(const fs::path& path);
void write(const fs::path& path, const std::string& text);
/// Looks again and again; false when it did not come true within 20 s.
bool eventually(const std::function<bool()>& holds);
bool contains(const std::string& text, const std::string& part);
std::vector<std::string> lines_of(const std::string& text);
/// Counted from 1.
std::string qlist_field(const std::string& line, std::size_t number);

/// Every match of the POSIX extended expression replaced.
std::string replace_pattern(const std::string& text, const std::string& pattern,
                            const std::string& replacement);
/// Without what differs from run to run: directory, times, process numbers, days.
std::string masked(std::string text, const fs::path& top);

struct Ended {
  int status = -1;  ///< exit status, or 128 + signal
  std::string output;
};

class Standin : public testing::Test {
 protected:
  static void SetUpTestSuite();
  void SetUp() override;
  void TearDown() override;

  [[nodiscard]] fs::path data() const { return top_ / "data"; }
  [[nodiscard]] fs::path mgr() const { return data() / "mgr"; }
  [[nodiscard]] std::string messages() const { return read(mgr() / "messages.log"); }
  /// Sets a switch for all that runs.
  void fault(const std::string& name, const std::string& value) const;
  void heal(const std::string& name) const;

  /// A child with standard output and error in a file.
  [[nodiscard]] pid_t launch(const std::string& program, const Words& arguments,
                             const fs::path& output) const;
  /// In a child: becomes that.
  [[noreturn]] void become(const std::string& program, const Words& arguments,
                           const fs::path& output) const;
  static int await(pid_t child);
  static bool still_running(pid_t child);
  [[nodiscard]] Ended run(const std::string& program, const Words& arguments) const;
  [[nodiscard]] Ended iris(const Words& arguments) const;
  [[nodiscard]] int session(const std::string& code) const;
  /// Code in the namespace USER.
  [[nodiscard]] Ended user_session(const std::string& code) const;
  [[nodiscard]] int login(const std::string& user, const std::string& password) const;
  [[nodiscard]] std::string status() const;  ///< field 4 of qlist
  [[nodiscard]] bool running() const;
  [[nodiscard]] bool down() const;
  void start() const;

  /// The daemons whose parent died: the control process, and when that is dead those it led.
  [[nodiscard]] std::vector<pid_t> orphans() const;
  void kill_control() const;

  fs::path top_;
  std::map<std::string, std::string> environment_;
};

inline constexpr const char* freeze = "##class(Backup.General).ExternalFreeze()";
inline constexpr const char* thaw = "##class(Backup.General).ExternalThaw()";
inline constexpr const char* is_suspended = "##class(Backup.General).IsWDSuspendedExt()";

}  // namespace standin_test
