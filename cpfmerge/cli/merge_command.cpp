// cpfmerge merge: merge files into a CPF without IRIS, which must be down.
#include <sys/stat.h>
#include <time.h>

#include <array>
#include <cerrno>

#include "cpfmerge/cli/arguments.h"
#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/merging.h"
#include "cpfmerge/cli/say.h"
#include "cpfmerge/names.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

/// As IRIS does: `iris.cpf_20260630` is what the file was before the day's first change.
sup::Status keep_backup(const std::string& path, const std::string& text, mode_t mode) {
  const time_t now = ::time(nullptr);
  struct tm local {};
  ::localtime_r(&now, &local);
  std::array<char, 16> date{};
  ::strftime(date.data(), date.size(), "%Y%m%d", &local);
  const std::string backup = fmt::format("{}_{}", path, date.data());
  struct stat info {};
  if (::stat(backup.c_str(), &info) == 0) return sup::ok;
  return replace_file(backup, text, mode, Durable::yes);
}

sup::Status write_out(const std::string& path, const std::string& text) {
  mode_t mode = 0640;
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    mode = info.st_mode & 07777U;
    const auto old = sup::read_file(path, largest_cpf);
    if (!old) return old.error();
    if (*old == text) return sup::ok;
    if (auto kept = keep_backup(path, *old, mode); !kept) return kept;
  } else if (errno != ENOENT) {
    return sup::errno_error(fmt::format("cannot look at '{}'", path));
  }
  return replace_file(path, text, mode, Durable::yes);
}

void print_changes(const std::vector<Change>& changes) {
  for (const Change& change : changes)
    print(fmt::format("{} [{}] {}\n", change.edit == Edit::added ? "adds" : "replaces",
                      printable(change.section), printable(change.key)));
}

}  // namespace

int merge_command(Words arguments) {
  const auto parsed = Arguments::parse(arguments, {{"--out", "-o", true}, {"--dry-run"}});
  if (!parsed) return usage_error("{}", parsed.error().what);
  const auto& files = parsed->operands();
  if (files.size() < 2) return usage_error("merge: BASE and at least one MERGE file are needed");
  if (parsed->has("--out") && parsed->value("--out").empty())
    return usage_error("merge: option '--out' needs a file");

  const auto merged = merge_files(files);
  if (!merged) return Exit::errors;
  if (parsed->has("--dry-run")) {
    print_changes(merged->changes);
  } else if (!parsed->has("--out")) {
    print(merged->after.text());
  } else if (const auto written =
                 write_out(std::string{parsed->value("--out")}, merged->after.text());
             !written) {
    complain("{}", written.error().what);
    return Exit::errors;
  }
  return flush_output() ? Exit::fine : Exit::errors;
}

}  // namespace cpf::cli
