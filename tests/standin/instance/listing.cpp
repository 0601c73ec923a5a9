// What the listing commands print.
#include "instance/listing.h"

#include <unistd.h>

#include <ctime>

#include "base/clock.h"
#include "base/profile.h"
#include "base/switches.h"
#include "base/text.h"

namespace standin {
namespace {

std::string status_text(const Instance& instance, const State& state) {
  if (std::string fixed = switch_text("status"); !fixed.empty()) return fixed;
  const std::string last_used = ", last used " + ctime_text(state.since);
  switch (state.status) {
    case Status::running:
      return "running, since " + ctime_text(state.since);
    case Status::down:
      return "down" + last_used;
    case Status::incomplete:
      return "incomplete start or stop, logins disabled";
    case Status::elsewhere: {
      const auto node = read_file(instance.ids());
      return "running on node " + (node ? std::string{trim(*node)} : "? (iris.ids missing)");
    }
    case Status::starting:
    case Status::stopping:
      break;
  }
  std::string text = switch_text("starting_text");
  if (text == "starting") return "starting or stopping";
  if (text == "inhibited") return "sign-on inhibited" + last_used;
  if (text == "incomplete") return "incomplete start or stop, logins disabled";
  return text;
}

void use_processor(std::int64_t ms) {
  const std::clock_t until = std::clock() + ms * CLOCKS_PER_SEC / 1000;
  while (std::clock() < until) {
  }
}

/// A second instance, which is down, as it stands before ours in a list.
constexpr std::string_view another_instance =
    "CACHE^/usr/cachesys^2018.1.1.643.0^down, last used Mon Jun  8 11:31:37 2015^cache.cpf^1973^"
    "57772^62972^^^^^/usr/cachesys\n";

/// Carries out switch `qlist_fault`. -1: answer as always.
int listing_fault() {
  sleep_ms(switch_ms("qlist_ms"));
  use_processor(switch_ms("qlist_cpu_ms"));
  const std::string fault = switch_text("qlist_fault");
  if (fault == "empty") return 0;
  if (fault == "two") {
    write_all(STDOUT_FILENO, another_instance);
    return -1;
  }
  if (fault != "garbage") return fault_status("qlist_fault");
  write_all(STDOUT_FILENO, std::string_view{"\x01\xff^^^\nSegmentation fault (core du", 33});
  return 0;
}

struct Ports {
  explicit Ports(const Instance& instance) {
    const Cpf cpf = instance.cpf();
    superserver = cpf.get_or("Startup", "DefaultPort", profile().superserver_port);
    web = cpf.get_or("Startup", "WebServerPort", "52773");
  }
  std::string superserver;
  std::string web;
};

int status_of_listing(const State& state) {
  return state.status == Status::running ? 0 : static_cast<int>(switch_number("down_qlist_status"));
}

std::optional<Instance> instance_or_only(const std::string& name) {
  return name.empty() ? configured_instance() : find_instance(name);
}

}  // namespace

std::string qlist_line(const Instance& instance, const State& state) {
  const Ports ports{instance};
  const Profile& version = profile();
  std::string line;
  for (const std::string& field :
       {instance.name, instance.install.string(), version_text(), status_text(instance, state),
        std::string{"iris.cpf"}, ports.superserver, ports.web, std::string{version.jdbc_port},
        state.health, std::string{version.product}, std::string{}, std::string{}})
    line.append(field).append("^");
  line += (switch_is("qlist_directory", "data") ? instance.data : instance.install).string();
  return version.lists_ports ? line + "^" + ports.superserver : line;
}

std::string list_block(const Instance& instance, const State& state) {
  const Ports ports{instance};
  const bool newer = profile().lists_ports;
  std::string text = "\nConfiguration '" + instance.name + "'   (default)\n";
  text += "    directory:    " + instance.install.string() + "\n";
  text += "    versionid:    " + version_text() + "\n";
  text += "    datadir:      " + instance.data.string() + "\n";
  text += newer ? "    conf file:    iris.cpf  (WebServer port = " + ports.web + ")\n"
                : "    conf file:    iris.cpf  (SuperServer port = " + ports.superserver +
                      ", WebServer = " + ports.web + ")\n";
  text += "    status:       " + status_text(instance, state) + "\n";
  if (newer) text += "    SuperServers: " + ports.superserver + "\n";
  if (!state.health.empty()) text += "    state:        " + state.health + "\n";
  return text + "    product:      " + std::string{profile().product_name} + "\n";
}

std::string qall_line(const Instance& instance, const State& state) {
  constexpr std::size_t width = 78;
  std::string status = "  ";
  if (state.status == Status::running) status = "up";
  if (state.status == Status::down) status = "dn";
  if (state.status == Status::starting || state.status == Status::stopping) status = "st";
  std::string line =
      status + " " + instance.name + "  " + version_text() + "  " + instance.install.string();
  if (line.size() > width) line = line.substr(0, width) + "~";
  return line;
}

int iris_qlist(const std::string& name) {
  if (const int status = listing_fault(); status >= 0) return status;
  const auto instance = instance_or_only(name);
  if (!instance) return static_cast<int>(switch_number("unknown_instance_status"));
  const State state = observe(*instance);
  write_all(STDOUT_FILENO, qlist_line(*instance, state) + "\n");
  return status_of_listing(state);
}

int iris_list(const std::string& name) {
  if (const int status = listing_fault(); status >= 0) return status;
  const auto instance = instance_or_only(name);
  if (!instance) return static_cast<int>(switch_number("unknown_instance_status"));
  const State state = observe(*instance);
  write_all(STDOUT_FILENO, list_block(*instance, state));
  return status_of_listing(state);
}

int iris_qall() {
  if (const int status = listing_fault(); status >= 0) return status;
  const Instance instance = configured_instance();
  write_all(STDOUT_FILENO, qall_line(instance, observe(instance)) + "\n");
  return 0;
}

int health_script() {
  if (listing_fault() >= 0) return 1;
  const State state = observe(configured_instance());
  const bool healthy =
      switch_is("health_script", "old") ? state.health == "ok" : state.health != "alert";
  return state.status == Status::running && healthy ? 0 : 1;
}

}  // namespace standin
