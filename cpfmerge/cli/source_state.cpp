#include "cpfmerge/cli/source_state.h"

#include <fmt/core.h>
#include <nettle/sha2.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/merge_sources.h"
#include "supervisor/base/text.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

std::string seen_file(const PrepareInput& input) {
  return input.run_dir + "/merge.seen";
}
std::string done_file(const PrepareInput& input) {
  return input.run_dir + "/merge.done";
}

class Hasher {
 public:
  Hasher() { nettle_sha256_init(&context_); }
  void add(std::string_view text) {
    const std::string size = std::to_string(text.size()) + ":";
    update(size);
    update(text);
  }
  std::string hex() {
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
    nettle_sha256_digest(&context_, digest.size(), digest.data());
    std::string out;
    for (const std::uint8_t byte : digest)
      out += fmt::format("{:02x}", byte);
    return out;
  }

 private:
  void update(std::string_view text) {
    nettle_sha256_update(&context_, text.size(),
                         reinterpret_cast<const std::uint8_t*>(text.data()));
  }
  sha256_ctx context_{};
};

std::string identity_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return fmt::format("errno {}", errno);
  return fmt::format("{} {} {} {}.{}", info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec,
                     info.st_mtim.tv_nsec);
}

}  // namespace

std::vector<std::string> source_files(const PrepareInput& input) {
  std::vector<std::string> files;
  if (!input.user_merge_file.empty()) files.push_back(input.user_merge_file);
  for (std::string& file : files_in_merge_dir(input))
    files.push_back(std::move(file));
  return files;
}

std::string fingerprint(const PrepareInput& input) {
  Hasher hasher;
  for (const std::string& file : source_files(input)) {
    hasher.add(file);
    const auto text = sup::read_file(file, largest_cpf);
    hasher.add(text ? *text : fmt::format("errno {}", text.error().code));
  }
  for (const sup::Setting* const setting :
       {&sup::setting::merge_password_hash_file, &sup::setting::merge_password_file})
    if (const std::string& file = input.settings.text(*setting); !file.empty())
      hasher.add(identity_of(file));
  return hasher.hex();
}

std::string remembered_fingerprint(const PrepareInput& input) {
  const auto text = sup::read_file(seen_file(input), 256);
  return text ? std::string{sup::trim(*text)} : std::string{};
}

sup::Status remember_fingerprint(const PrepareInput& input, const std::string& print) {
  return replace_file(seen_file(input), print + "\n", 0600, Durable::no);
}

Actions done_actions(const PrepareInput& input) {
  Actions actions;
  const auto text = sup::read_file(done_file(input), largest_cpf);
  if (text)
    for (const std::string_view line : sup::lines_of(*text))
      actions.emplace(line);
  return actions;
}

sup::Status remember_done(const PrepareInput& input, const Actions& actions) {
  std::string text;
  for (const std::string& action : actions)
    text.append(action).append("\n");
  return replace_file(done_file(input), text, 0600, Durable::no);
}

}  // namespace cpf::cli
