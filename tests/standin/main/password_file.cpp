// The password file and its sentinel.
#include "main/password_file.h"

#include <unistd.h>

#include "config/users.h"

namespace standin {

std::string apply_password_file(const Instance& instance, const fs::path& file) {
  const fs::path sentinel = file.parent_path() / "changePassword.done";
  if (::access(sentinel.c_str(), F_OK) == 0) return {};
  const auto password = read_file(file);
  if (!password || password->empty()) return "Cannot read password from " + file.string();
  Users users = Users::read(instance);
  users.set_all_passwords(hash_password(*password));
  if (!users.write(instance)) return "Cannot change passwords";
  if (::access(file.c_str(), W_OK) != 0) return {};
  std::error_code ignored;
  fs::remove(file, ignored);
  append_file(sentinel, "", Append::create);
  return {};
}

}  // namespace standin
