#pragma once
// Users and their passwords: a small file in mgr/irissecurity, one line `name:enabled:roles:hash`
// each. The hash is as in a CPF: PBKDF2 in IRIS's own two forms.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "instance/instance.h"

namespace standin {

/// Whether `hash` is one: two fields (SHA1, 1024 rounds, salt as text) or four (hash, salt, rounds,
/// algorithm; salt in hexadecimal).
bool is_password_hash(std::string_view hash);
bool password_matches(std::string_view hash, std::string_view password);
/// In the form of four fields, with a new salt.
std::string hash_password(std::string_view password);

class Users {
 public:
  /// Those of a new instance: the password of all is SYS.
  static Users factory();
  static Users read(const Instance& instance);
  [[nodiscard]] bool write(const Instance& instance) const;

  [[nodiscard]] bool login(std::string_view name, std::string_view password) const;
  /// The first password of all enabled users with a role except CSPSystem; false when it has been
  /// set before.
  bool set_first_password(std::string_view hash);
  /// The same and CSPSystem, whatever was before.
  void set_all_passwords(std::string_view hash);
  [[nodiscard]] bool contains(std::string_view name) const;
  /// What an action says of a user; what it does not say stays.
  struct Changes {
    std::optional<std::string> hash;
    std::optional<std::string> roles;
    std::optional<std::string> enabled;  ///< 0 or 1
  };
  /// Changes one, or adds it: enabled, without a role.
  void put(std::string_view name, const Changes& changes);
  void erase(std::string_view name);

 private:
  struct User {
    std::string name;
    bool enabled = true;
    std::string roles;
    std::string hash;
  };
  [[nodiscard]] std::vector<User>::iterator find(std::string_view name);
  void set_passwords(std::string_view hash, bool csp_system);

  std::vector<User> users_;
  bool default_password_ = true;
};

}  // namespace standin
