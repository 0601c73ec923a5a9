#pragma once
// The documented options of iris-main.
#include <optional>
#include <string>
#include <vector>

namespace standin {

struct MainOptions {
  std::string instance;
  bool down = true;
  bool up = true;
  bool nostu = false;
  bool check_caps = true;
  bool agent = true;
  std::string agent_port = "2188";
  std::string key, log, before, after, exit, create, terminate, password_file;
  bool version = false;
  bool help = false;
};

/// Nothing when an option is unknown, or its value is missing or not true or false.
std::optional<MainOptions> parse_main_options(const std::vector<std::string>& arguments);
std::string main_usage();

}  // namespace standin
