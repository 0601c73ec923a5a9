#include "supervisor/agent/merge_edits.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/files.h"

namespace sup {
namespace {

using nlohmann::json;

constexpr std::size_t largest_summary = 256UL * 1024;
constexpr Nanos follow_for = minutes(10);
constexpr Nanos follow_deadline = minutes(12);
constexpr Nanos read_deadline = seconds(30);
constexpr auto pause = std::chrono::seconds{5};
constexpr std::size_t most_names = 5;

json object_of(const std::string& text) {
  json parsed = json::parse(text, nullptr, false);
  return parsed.is_object() ? parsed : json::object();
}

std::string dump(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

const json& list_in(const json& object, const char* name) {
  static const json none = json::array();
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : none;
}

std::size_t number_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

std::string text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

bool flag_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

/// `a, b, …`
std::string names_of(const json& list) {
  std::string out;
  std::size_t count = 0;
  for (const json& entry : list) {
    if (!entry.is_string()) continue;
    if (++count > most_names) return out + ", …";
    out.append(out.empty() ? "" : ", ").append(entry.get<std::string>());
  }
  return out;
}

}  // namespace

MergeEdits::MergeEdits(boost::asio::io_context& io, Settings settings, Jobs& jobs,
                       Timeline& timeline, std::function<void()> ask_merge,
                       std::function<void()> changed)
    : settings_{std::move(settings)},
      jobs_{jobs},
      timeline_{timeline},
      ask_merge_{std::move(ask_merge)},
      changed_{std::move(changed)},
      again_{io},
      apply_{settings_.apply_after} {}

void MergeEdits::begin(bool resumed) {
  load();
  const json edit = object_of(summary_).value("edit", json());
  if (resumed && settings_.follow && edit.is_object() && text_in(edit, "outcome") == "composed") {
    quiet_ = true;
    apply_.edited(monotonic_now());
  }
  if (!resumed) tell_sources("start");
  show();
  if (!settings_.follow || std::exchange(following_, true)) return;
  follow();
}

void MergeEdits::follow() {
  jobs_.run({settings_.cpfmerge, "follow", "--run-dir", settings_.run_dir, "--for",
             std::string{format_duration(follow_for).view()}},
            follow_deadline, Jobs::Keep::output, [this](const JobResult& result) {
              followed(result);
              changed_();
            });
}

void MergeEdits::followed(const JobResult& result) {
  if (!following_) return;
  const bool fine = result.started && !result.timed_out && result.code == 0;
  if (!fine) {
    if (!std::exchange(complained_, true))
      timeline_.add(Level::warning, "merge.unwatched",
                    "cannot follow the merge sources (cpfmerge follow {}): edits of them are not "
                    "seen, trying again",
                    result.timed_out ? std::string{"hangs; is a volume stuck?"}
                    : result.started ? fmt::format("ended with {}", result.code)
                                     : std::string{"could not be started"});
    return follow_later();
  }
  complained_ = false;
  const auto words = split(trim(result.output), ' ');
  if (words.front() != "unchanged") {
    if (words.front() == "composed" && words.size() == 2) edited_file_ = words.back();
    load();
    tell_edit();
    show();
  }
  follow();
}

void MergeEdits::follow_later() {
  again_.expires_after(pause);
  again_.async_wait([this](const boost::system::error_code& error) {
    if (!error && following_) follow();
  });
}

void MergeEdits::load() {
  auto text = read_file(settings_.run_dir + "/merge.json", largest_summary);
  summary_ = text ? *std::move(text) : std::string{};
}

void MergeEdits::tell_edit() {
  const json summary = object_of(summary_);
  const json edit = summary.value("edit", json::object());
  if (!edit.is_object()) return;
  const std::string outcome = text_in(edit, "outcome");
  tell_sources(outcome);
  if (outcome == "held") {
    ++view_.held_total;
    return;
  }
  const json& changed = list_in(edit, "changed");
  const std::size_t actions = number_in(edit, "new_actions");
  if (outcome == "same")
    return timeline_.add(Level::info, "merge.edited",
                         "the merge sources were edited: nothing that IRIS does not have");
  quiet_ = false;
  apply_.edited(monotonic_now());
  timeline_.add(Level::info, "merge.edited",
                "the merge sources were edited: {} parameter(s){}, {} new action(s); iris-main has "
                "{} to take them over",
                changed.size(), changed.empty() ? "" : " (" + names_of(changed) + ")", actions,
                format_duration(settings_.apply_after).view());
  if (const json& removed = list_in(edit, "removed"); !removed.empty())
    timeline_.add(Level::warning, "merge.removed",
                  "taken out of the merge sources: {}; a merge deletes nothing: IRIS keeps the "
                  "values that it has",
                  names_of(removed));
}

void MergeEdits::tell_sources(std::string_view outcome) {
  const std::string_view what = outcome == "held"    ? "no edit reaches IRIS until it is mended"
                                : outcome == "start" ? "IRIS starts without it"
                                                     : "it is left out";
  const json summary = object_of(summary_);
  for (const json& source : list_in(summary, "sources")) {
    const std::string name = text_in(source, "name");
    const std::string status = text_in(source, "status");
    const json& errors = list_in(source, "errors");
    if (status == "refused")
      timeline_.add(Level::warning, "merge.refused", "{}; {}",
                    errors.empty() || !errors.at(0).is_string() ? "'" + name + "' is refused"
                                                                : errors.at(0).get<std::string>(),
                    what);
    else if (status == "missing" && outcome == "held")
      timeline_.add(Level::warning, "merge.refused", "'{}' has gone; {}", name, what);
    if (flag_in(source, "password_changed") && outcome != "start")
      timeline_.add(Level::warning, "merge.password",
                    "'{}' is another password than this instance was made with: it has no effect; "
                    "change the password in IRIS itself",
                    name);
  }
}

void MergeEdits::turn(const MergeFacts& facts) {
  if (!settings_.follow) return;
  for (;;) {
    const MergeStep step = apply_.decide(facts, monotonic_now());
    if (step == MergeStep::none) return;
    if (step == MergeStep::merge) {
      timeline_.add(Level::info, "merge.asked",
                    "iris-main has not taken the edit over within {}: running 'iris merge' once",
                    format_duration(settings_.apply_after).view());
      ask_merge_();
      show();
    } else {
      read(step);
    }
  }
}

void MergeEdits::merge_ended(int code) {
  if (apply_.state() != MergeState::asking) return;
  apply_.merge_ended(code == 0);
  ++(code == 0 ? view_.applied_total : view_.failed_total);
  if (code == 0)
    timeline_.add(Level::info, "merge.applied", "'iris merge' has merged the edit");
  else
    timeline_.add(Level::error, "merge.failed",
                  "'iris merge' ended with {}: IRIS's messages.log says why; not tried again until "
                  "the sources change",
                  code);
  show();
}

void MergeEdits::read(MergeStep step) {
  Argv argv{settings_.cpfmerge, "read-back", "--run-dir", settings_.run_dir};
  if (step == MergeStep::read_started) argv.emplace_back("--started");
  if (step == MergeStep::confirm && !edited_file_.empty())
    argv.insert(argv.end(), {"--confirm", edited_file_});
  jobs_.run(argv, read_deadline, Jobs::Keep::output, [this, step](const JobResult& result) {
    read_done(step, result);
    changed_();
  });
}

void MergeEdits::read_done(MergeStep step, const JobResult& result) {
  const json reading = object_of(result.output);
  const bool fine = result.started && !result.timed_out && result.code == 0 && !reading.empty();
  const MergeState before = apply_.state();
  apply_.read_ended(fine,
                    {.merged = flag_in(reading, "merged"),
                     .differs = number_in(reading, "differs"),
                     .actions = number_in(reading, "actions")},
                    monotonic_now());
  if (!fine) {
    if (std::exchange(unread_, true)) return;  // said already
    timeline_.add(Level::warning, "merge.unread",
                  "cannot read back what IRIS took over: cpfmerge read-back {}",
                  result.timed_out ? std::string{"hangs; is the data volume stuck?"}
                                   : fmt::format("ended with {}", result.code));
    return show();
  }
  reading_ = result.output;
  unread_ = false;
  if (flag_in(reading, "merged")) edited_file_ = text_in(reading, "file");
  if (before != MergeState::settled && apply_.state() == MergeState::settled &&
      !std::exchange(quiet_, false)) {
    ++view_.applied_total;
    timeline_.add(Level::info, "merge.applied", "iris-main has taken the edit over");
  }
  // While an edit is under way it differs of course.
  if (apply_.state() != MergeState::waiting || step == MergeStep::read_started)
    tell_reading(reading);
  show();
}

void MergeEdits::tell_reading(const json& reading) {
  json differing = json::array();
  json waiting = json::array();
  for (const json& parameter : list_in(reading, "parameters")) {
    const std::string state = text_in(parameter, "state");
    const std::string name =
        "[" + text_in(parameter, "section") + "] " + text_in(parameter, "name");
    if (state == "differs") differing.push_back(name);
    if (state == "takes effect at the next start") waiting.push_back(name);
  }
  const std::string told = dump(differing) + dump(waiting);
  if (std::exchange(told_reading_, told) == told) return;
  if (!differing.empty())
    timeline_.add(Level::warning, "merge.differs",
                  "{} parameter(s) of the merge file are not so in iris.cpf: {}",
                  number_in(reading, "differs"), names_of(differing));
  if (!waiting.empty())
    timeline_.add(Level::info, "merge.next_start",
                  "{} parameter(s) take effect when IRIS starts the next time: {}",
                  number_in(reading, "next_start"), names_of(waiting));
}

void MergeEdits::show() {
  const json reading = object_of(reading_);
  json shown = object_of(summary_);
  view_.used = view_.refused = view_.missing = 0;
  for (const json& source : list_in(shown, "sources")) {
    const std::string status = text_in(source, "status");
    ++(status == "used" ? view_.used : status == "refused" ? view_.refused : view_.missing);
  }
  view_.read = !reading.empty();
  view_.in_cpf = number_in(reading, "in_cpf");
  view_.differs = number_in(reading, "differs");
  view_.next_start = number_in(reading, "next_start");
  view_.state = shown.empty() ? std::string{} : std::string{name_of(apply_.state())};
  if (shown.empty()) return json_.clear();
  shown["live"] = {{"state", view_.state},
                   {"followed", following_},
                   {"applied_total", view_.applied_total},
                   {"failed_total", view_.failed_total},
                   {"held_total", view_.held_total}};
  shown["read_back"] = reading.empty() ? json() : reading;
  json_ = dump(shown);
}

}  // namespace sup
