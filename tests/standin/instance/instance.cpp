// Names and paths of the instance.
#include "instance/instance.h"

#include <sys/utsname.h>

#include <cstdlib>

#include "base/profile.h"
#include "base/text.h"

namespace standin {
namespace {

std::string environment_or(const char* name, std::string_view fallback) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::string{fallback} : std::string{value};
}

fs::path directory(std::string text) {
  while (text.size() > 1 && text.ends_with('/'))
    text.pop_back();
  return text;
}

}  // namespace

Cpf Instance::cpf() const {
  auto parsed = Cpf::parse(read_file(cpf_file()).value_or(""));
  Cpf* const good = std::get_if<Cpf>(&parsed);
  return good == nullptr ? Cpf{} : std::move(*good);
}

fs::path Instance::journal_directory() const {
  return directory(cpf().get_or("Journal", "CurrentDirectory", (mgr() / "journal").string()));
}

fs::path Instance::wij() const {
  return directory(cpf().get_or("config", "wijdir", mgr().string())) / "IRIS.WIJ";
}

fs::path Instance::last_merge(const fs::path& merge_file) const {
  const std::string copied = profile().last_merge_by_path
                                 ? replace_all(merge_file.string(), "/", "^")
                                 : cpf_file().filename().string();
  return install / (copied + ".last_merge");
}

Instance configured_instance() {
  Instance instance;
  instance.name = upper(environment_or("ISC_PACKAGE_INSTANCENAME", "IRIS"));
  instance.install = directory(environment_or("ISC_PACKAGE_INSTALLDIR", "/usr/irissys"));
  const std::string data = environment_or("ISC_DATA_DIRECTORY", "");
  instance.durable = !data.empty();
  instance.data = instance.durable ? directory(data) : instance.install;
  return instance;
}

std::optional<Instance> find_instance(std::string_view name) {
  Instance instance = configured_instance();
  if (!same_name(instance.name, name)) return std::nullopt;
  return instance;
}

fs::path merge_file_of_environment() {
  return environment_or("ISC_CPF_MERGE_FILE", "");
}

std::string host_name() {
  utsname names{};
  return ::uname(&names) == 0 ? std::string{static_cast<const char*>(names.nodename)} : "localhost";
}

}  // namespace standin
