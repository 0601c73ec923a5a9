// cpfmerge read-back: what of the effective merge file IRIS has taken over, as JSON.
//   --started  IRIS has just started: what stands in iris.cpf now is in effect
//   --confirm VERSION  IRIS got the actions of this version of the effective file, too
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cpfmerge/cli/arguments.h"
#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/prepare_settings.h"
#include "cpfmerge/cli/say.h"
#include "cpfmerge/cli/source_state.h"
#include "cpfmerge/compose.h"
#include "cpfmerge/read_back.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_parameters = 200;  // the answer goes through the agent's socket

std::string_view name_of(ReadState state) {
  switch (state) {
    case ReadState::in_cpf:
      return "in iris.cpf";
    case ReadState::differs:
      return "differs";
    case ReadState::next_start:
      return "takes effect at the next start";
  }
  return "";
}

std::string started_file(const PrepareInput& input) {
  return input.run_dir + "/merge.started";
}

/// iris-main keeps a copy of what it merged last, under a name that depends on the version.
bool was_merged(const PrepareInput& input, const std::string& text) {
  std::string flat = input.merge_file();
  std::replace(flat.begin(), flat.end(), '/', '^');
  for (const std::string& name : {flat + ".last_merge", std::string{"iris.cpf.last_merge"}}) {
    const auto copy = sup::read_file(input.install_directory + "/" + name, largest_cpf);
    if (copy && *copy == text) return true;
  }
  return false;
}

Json to_json(const ReadParameter& parameter) {
  Json json{{"section", parameter.section},
            {"name", parameter.name},
            {"state", name_of(parameter.state)}};
  if (!parameter.wanted.empty() && parameter.state == ReadState::differs) {
    json["wanted"] = parameter.wanted;
    json["found"] = parameter.found;
  }
  return json;
}

Json report(const PrepareInput& input, const std::string& merge, const std::string& version,
            const std::string& active) {
  const Document wanted = Document::parse(merge);
  const auto started_text = sup::read_file(started_file(input), largest_cpf);
  const std::optional<Document> started =
      started_text ? std::optional{Document::parse(*started_text)} : std::nullopt;
  auto all = read_back(wanted, Document::parse(active), started ? &*started : nullptr);
  const auto count = [&](ReadState state) {
    return std::count_if(all.begin(), all.end(),
                         [state](const ReadParameter& p) { return p.state == state; });
  };
  Json json{{"version", 1},
            {"file", version},
            {"merged", was_merged(input, merge)},
            {"actions", actions_in(wanted).size()},
            {"in_cpf", count(ReadState::in_cpf)},
            {"differs", count(ReadState::differs)},
            {"next_start", count(ReadState::next_start)},
            {"parameters", Json::array()}};
  // What needs a look first: there may be more than are shown.
  std::stable_sort(all.begin(), all.end(), [](const ReadParameter& a, const ReadParameter& b) {
    return a.state != ReadState::in_cpf && b.state == ReadState::in_cpf;
  });
  all.resize(std::min(all.size(), most_parameters));
  for (const ReadParameter& parameter : all)
    json["parameters"].push_back(to_json(parameter));
  return json;
}

int fail(const sup::Error& error) {
  complain("{}", error.what);
  return Exit::errors;
}

}  // namespace

int read_back_command(Words arguments) {
  const auto parsed = Arguments::parse(
      arguments, {{"--run-dir", {}, true}, {"--started"}, {"--confirm", {}, true}});
  if (!parsed) return usage_error("{}", parsed.error().what);
  if (!parsed->operands().empty()) return usage_error("read-back: takes no operands");
  const auto input = load_prepare_input(parsed->value("--run-dir"));
  if (!input) return fail(input.error());
  const auto active = sup::read_file(input->active_cpf, largest_cpf);
  if (!active) return fail(active.error());
  if (parsed->has("--started"))
    if (const auto kept = replace_file(started_file(*input), *active, 0600, Durable::no); !kept)
      return fail(kept.error());
  const std::string version = version_of(input->merge_file());
  const auto merge = sup::read_file(input->merge_file(), largest_cpf);
  const std::string text = merge ? *merge : std::string{};
  // An edit that has come meanwhile is not confirmed: IRIS has not got that one.
  const bool is_it = version_of(input->merge_file()) == version && !version.empty();
  if (is_it && parsed->value("--confirm") == version) {
    Actions done = done_actions(*input);
    done.merge(actions_in(Document::parse(text)));
    if (const auto kept = remember_done(*input, done); !kept) return fail(kept.error());
  }
  print(report(*input, text, is_it ? version : std::string{}, *active)
            .dump(-1, ' ', false, Json::error_handler_t::replace) +
        "\n");
  return flush_output() ? Exit::fine : Exit::errors;
}

}  // namespace cpf::cli
