#pragma once
// Instance: the one instance of this image, as the environment describes it: names and paths.
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "config/cpf.h"

namespace standin {

struct Instance {
  std::string name;
  fs::path install;
  fs::path data;         ///< the durable directory, or the install directory
  bool durable = false;  ///< ISC_DATA_DIRECTORY is set

  [[nodiscard]] fs::path mgr() const { return data / "mgr"; }
  [[nodiscard]] fs::path cpf_file() const { return data / "iris.cpf"; }
  [[nodiscard]] fs::path messages_log() const { return mgr() / "messages.log"; }
  [[nodiscard]] fs::path ilock() const { return mgr() / "ilock"; }
  [[nodiscard]] fs::path shid() const { return mgr() / "iris.shid"; }
  [[nodiscard]] fs::path ids() const { return mgr() / "iris.ids"; }
  [[nodiscard]] fs::path users() const { return mgr() / "irissecurity" / "users"; }
  /// The argument that all daemons of the instance have in common.
  [[nodiscard]] std::string daemon_mark() const { return "-s" + mgr().string() + "/"; }

  /// The active CPF; an empty one when there is none or it is broken.
  [[nodiscard]] Cpf cpf() const;
  [[nodiscard]] fs::path journal_directory() const;
  [[nodiscard]] fs::path wij() const;
  /// Where iris-main keeps its copy of a merge file.
  [[nodiscard]] fs::path last_merge(const fs::path& merge_file) const;
};

Instance configured_instance();
/// The configured instance, if that is its name, in any case of letters.
std::optional<Instance> find_instance(std::string_view name);
/// $ISC_CPF_MERGE_FILE, or empty.
fs::path merge_file_of_environment();
std::string host_name();

}  // namespace standin
