#pragma once
// Volumes: the directories that an instance's iris.cpf names for what must be copied together:
// databases, journals, write image journal, streams. Pure.
//
// Source: InterSystems' reference of the configuration parameter file, [Databases], [Journal]
// CurrentDirectory and AlternateDirectory, [config] wijdir and console.
#include <string>
#include <vector>

#include "cpfmerge/document.h"

namespace cpf {

struct VolumeDirectory {
  std::string what;         ///< "database USER", "journals", …
  std::string path;         ///< absolute, as it stands there, without slashes at its end
  bool is_witness = false;  ///< its IRIS.DAT, volumes and IRIS.WIJ change only when IRIS writes
};

/// In the order of the file, the data directory itself first. A remote database is none of ours. A
/// path that is not absolute is kept as it is: whoever opens it will say so.
std::vector<VolumeDirectory> volumes_of(const Document& cpf, const std::string& data_directory);

/// Where the instance writes messages.log.
std::string console_file(const Document& cpf, const std::string& data_directory);

}  // namespace cpf
