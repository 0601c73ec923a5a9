#pragma once
// iris-main --password-file: a password for all users, once.
#include <string>

#include "instance/instance.h"

namespace standin {

/// The whole content of the file is the password. A file that can be written is replaced by a
/// sentinel, beside which nothing is changed any more. Empty, or what went wrong.
std::string apply_password_file(const Instance& instance, const fs::path& file);

}  // namespace standin
