// What a new instance is configured as.
#include "config/factory.h"

#include "base/profile.h"

namespace standin {

Cpf factory_cpf(const std::string& data) {
  const std::string mgr = data + "/mgr/";
  Cpf cpf;
  cpf.set("ConfigFile", "Product", profile().product);
  cpf.set("ConfigFile", "Version", profile().name);
  cpf.set("Databases", "IRISSYS", mgr);
  cpf.set("Databases", "IRISSECURITY", mgr + "irissecurity/");
  cpf.set("Databases", "USER", mgr + "user/");
  cpf.set("Namespaces", "%SYS", "IRISSYS");
  cpf.set("Namespaces", "USER", "USER");
  cpf.set("Journal", "AlternateDirectory", mgr + "journal/");
  cpf.set("Journal", "CurrentDirectory", mgr + "journal/");
  cpf.set("Journal", "FreezeOnError", "0");
  cpf.set("Startup", "DefaultPort", profile().superserver_port);
  cpf.set("Startup", "PasswordHash", "");
  cpf.set("Startup", "ShutdownTimeout", "300");
  cpf.set("Startup", "WebServer", is_community() ? "1" : "0");
  cpf.set("Startup", "WebServerPort", "52773");
  cpf.set("config", "console", "");
  cpf.set("config", "gmheap", "0");
  cpf.set("config", "globals", "0,0,0,0,0,0");
  cpf.set("config", "locksiz", "0");
  cpf.set("config", "routines", "0");
  cpf.set("config", "wijdir", "");
  return cpf;
}

}  // namespace standin
