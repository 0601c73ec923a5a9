// The lines of a start.
#include "commands/start_words.h"

#include <unistd.h>

#include "base/profile.h"
#include "base/text.h"

namespace standin {
namespace {

// Who that is stands in the key, which is not looked into.
constexpr std::string_view licensee = "The owner of iris.key";

}  // namespace

void say(const std::string& text) {
  write_all(STDOUT_FILENO, text + "\n");
}

void StartWords::note(Severity severity, std::string_view category, const std::string& text) const {
  const std::string entry = log_message(instance_, severity, category, text);
  if (profile().echoes_log) say("log: " + entry + "\n");
}

void StartWords::note(std::string_view category, const std::string& text) const {
  note(Severity::info, category, text);
}

void StartWords::boot() const {
  for (const StartLine& line : profile().boot) {
    const std::string text = replace_all(std::string{line.text}, "{mgr}", instance_.mgr().string());
    if (line.category.empty())
      say(text);
    else
      note(static_cast<Severity>(line.severity), line.category, text);
  }
}

void StartWords::local_mounted() const {
  note("Database.MountedRW",
       "Mounted database " + instance_.mgr().string() + "/irislocaldata/ (SFN 3) read-write.");
}

void StartWords::wij_compare() const {
  say("\nNow attempting WIJ compare, " + instance_.wij().string());
}

void StartWords::control() const {
  const std::string text{profile().control};
  if (!text.empty()) say(text);
}

bool StartWords::has_key() const {
  return fs::exists(instance_.mgr() / "iris.key");
}

void StartWords::license() const {
  if (is_community() && has_key())
    note(Severity::severe, "Generic.Event",
         "This version of InterSystems IRIS will only accept a Community license key, iris.key "
         "will be ignored.");
}

void StartWords::started() const {
  if (is_community() || has_key())
    say("This copy of InterSystems IRIS has been licensed for use exclusively by:\n" +
        std::string{is_community() ? "InterSystems IRIS Community" : licensee} +
        "\nCopyright (c) 1986-" + std::string{profile().year} +
        " by InterSystems Corporation\n"
        "Any other use is a violation of your license agreement\n");
  else
    say("Local license key file not found.");
  say("1 alert(s) during startup. See messages.log for details.");
  if (profile().says_merging) say("Merging " + instance_.name + ", please wait...");
}

}  // namespace standin
