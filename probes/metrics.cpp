#include "probes/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace probes {
namespace {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Appends families and their samples in the text format.
class Exposition {
 public:
  void gauge(std::string_view name, std::string_view help) { family(name, help, "gauge"); }
  void counter(std::string_view name, std::string_view help) { family(name, help, "counter"); }
  void histogram(std::string_view name, std::string_view help) { family(name, help, "histogram"); }

  void sample(std::uint64_t value, Labels labels = {}) { write(labels, std::to_string(value)); }
  void sample(std::int64_t value, Labels labels = {}) { write(labels, std::to_string(value)); }
  void sample(int value, Labels labels = {}) { write(labels, std::to_string(value)); }
  void sample(bool value, Labels labels = {}) { write(labels, value ? "1" : "0"); }
  void sample(double value, Labels labels = {}) { write(labels, text_of(value)); }
  /// All samples of a histogram; `label` of them all, when it has a name.
  void samples(const Histogram& histogram,
               std::pair<std::string_view, std::string_view> label = {}) {
    for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
      bucket(text_of(histogram.bounds()[i]), histogram.up_to(i), label);
    }
    bucket("+Inf", histogram.count(), label);
    part("_sum", text_of(histogram.sum()), label);
    part("_count", std::to_string(histogram.count()), label);
  }

  std::string take() { return std::move(text_); }

 private:
  void family(std::string_view name, std::string_view help, std::string_view type) {
    name_ = "iris_init_";
    name_ += name;
    text_.append("# HELP ").append(name_).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name_).append(" ").append(type).append("\n");
  }
  static std::string text_of(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), static_cast<std::size_t>(end.ptr - digits.data())};
  }
  void bucket(const std::string& bound, std::uint64_t count,
              std::pair<std::string_view, std::string_view> label) {
    const std::string value = std::to_string(count);
    if (label.first.empty()) return write({{"le", bound}}, value, "_bucket");
    write({label, {"le", bound}}, value, "_bucket");
  }
  void part(std::string_view suffix, const std::string& value,
            std::pair<std::string_view, std::string_view> label) {
    label.first.empty() ? write({}, value, suffix) : write({label}, value, suffix);
  }
  void write(Labels labels, std::string_view value, std::string_view suffix = {}) {
    text_.append(name_).append(suffix);
    char separator = '{';
    for (const auto& [key, text] : labels) {
      text_.append(1, separator).append(key).append("=\"");
      append_escaped(text);
      text_ += '"';
      separator = ',';
    }
    if (labels.size() > 0) text_ += '}';
    text_.append(" ").append(value).append("\n");
  }
  void append_escaped(std::string_view text) {
    for (const char c : text) {
      if (c == '\\' || c == '"') text_ += '\\';
      text_ += c == '\n' ? "\\n" : std::string_view{&c, 1};
    }
  }

  std::string name_;
  std::string text_;
};

/// One sample per value of an enum, exactly one of them 1.
template <class Enum>
void one_of(Exposition& out, std::string_view label, Enum last, Enum current) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    out.sample(value == current, {{label, name_of(value)}});
  }
}

void supervisor(Exposition& out, const View& view) {
  out.gauge("build_info", "The running version; always 1.");
  out.sample(1, {{"version", view.version}});
  out.gauge("start_time_seconds", "When the container's PID 1 started, since 1970.");
  out.sample(view.started);
  out.gauge("state", "What the supervisor is doing; 1 for the present state.");
  one_of(out, "state", Phase::up_false, view.phase);
  out.gauge("state_since_timestamp_seconds", "Since when it has been in this state, since 1970.");
  out.sample(view.since);
  out.gauge("safe_mode", "1: the agent died too often and does only the necessary.");
  out.sample(view.safe_mode);
  out.counter("reaped_total", "Orphans that PID 1 reaped.");
  out.sample(view.pid1.reaped_total);
  out.counter("agent_restarts_total", "Restarts of the agent by PID 1.");
  out.sample(view.pid1.agent_restarts_total);
  out.counter("log_lines_dropped_total", "Log lines dropped because standard error was full.");
  out.sample(view.counters.log_lines_dropped);
}

void probes_and_health(Exposition& out, const View& view) {
  out.gauge("up", "1: qlist says running.");
  out.sample(view.qlist_known && view.qlist.state == State::running);
  out.gauge("started", "1: /startupz succeeds.");
  out.sample(view.verdict.startup.ok);
  out.gauge("live", "1: /livez succeeds.");
  out.sample(view.verdict.live.ok);
  out.gauge("ready", "1: /readyz succeeds.");
  out.sample(view.verdict.ready.ok);
  out.gauge("health_row", "The row of the health table that decided.");
  out.sample(view.verdict.row);
  out.gauge("health", "Health as IRIS reports it; 1 for the present one.");
  one_of(out, "health", Health::unknown, view.qlist_known ? view.qlist.health : Health::unknown);
  out.counter("http_answers_total", "Answers over HTTP, by endpoint and code.");
  for (const AnswerCount& answer : view.counters.answers) {
    out.sample(answer.count,
               {{"endpoint", answer.endpoint}, {"code", std::to_string(answer.code)}});
  }
  out.counter("http_connections_shed_total", "Connections closed to make room for new ones.");
  out.sample(view.counters.connections_shed);
}

void qlist(Exposition& out, const View& view) {
  out.histogram("qlist_duration_seconds", "How long calls of iris qlist took, failures included.");
  out.samples(view.counters.qlist_took);
  out.counter("qlist_failures_total", "Calls of iris qlist that told nothing.");
  out.sample(view.counters.qlist_failures);
  out.gauge("qlist_last_success_timestamp_seconds",
            "When qlist last told something, since 1970; 0: never.");
  out.sample(view.qlist_at);
}

void data(Exposition& out, const View& view) {
  out.gauge("data_trouble", "What is wrong with the data file system; 1 for what is.");
  for (int i = 0; i < data_trouble_count; ++i) {
    const auto trouble = static_cast<DataTrouble>(i);
    out.sample(view.data.trouble == trouble, {{"trouble", name_of(trouble)}});
  }
  if (!view.data.report) return;
  out.gauge("data_free_bytes", "Free on the data file system when it was last looked at.");
  out.sample(view.data.report->free_bytes);
  out.gauge("data_size_bytes", "Size of the data file system.");
  out.sample(view.data.report->size_bytes);
  out.gauge("data_checked_timestamp_seconds", "When it was last looked at, since 1970.");
  out.sample(view.data.report_at);
}

void process(Exposition& out, const View& view) {
  const ProcessView& process = view.process;
  out.counter("process_cpu_seconds_total", "CPU that this agent has used, itself.");
  out.sample(process.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Memory of the agent.");
  out.sample(process.resident_bytes);
  out.gauge("process_virtual_memory_bytes", "Address space of the agent.");
  out.sample(process.virtual_bytes);
  out.gauge("process_open_fds", "Open descriptors of the agent.");
  out.sample(process.open_descriptors);
  out.gauge("process_max_fds", "Descriptors that the agent may open.");
  out.sample(process.most_descriptors);
  out.gauge("process_start_time_seconds", "When this agent started, since 1970.");
  out.sample(process.started);
}

void freeze(Exposition& out, const View& view) {
  const FreezeView& freeze = view.freeze;
  const bool has_lease = freeze.state == FreezeState::frozen && freeze.lease_end > 0;
  out.gauge("freeze_state", "State of the freeze; 1 for the present one.");
  one_of(out, "state", FreezeState::foreign, freeze.state);
  out.gauge("freeze_forced_thaw_seconds", "Time left until the forced thaw; 0 when not frozen.");
  out.sample(has_lease ? std::max<std::int64_t>(freeze.lease_end - view.now, 0) : 0);
  out.counter("freezes_total", "Freezes that ended, by outcome.");
  out.sample(freeze.held_total, {{"outcome", "held"}});
  out.sample(freeze.not_held_total, {{"outcome", "did_not_hold"}});
  out.sample(freeze.unknown_total, {{"outcome", "unknown"}});
  out.sample(freeze.failed_total, {{"outcome", "failed"}});
  out.histogram("freeze_duration_seconds",
                "From freeze to thaw, by outcome; of this agent, without its predecessors.");
  out.samples(freeze.held_lasted, {"outcome", "held"});
  out.samples(freeze.not_held_lasted, {"outcome", "did_not_hold"});
  out.samples(freeze.unknown_lasted, {"outcome", "unknown"});
}

void restarts(Exposition& out, const View& view) {
  out.counter("restarts_total", "Restarts of IRIS in place.");
  out.sample(view.restarts.total);
  out.gauge("restarts_in_window", "Restarts that count against the budget now.");
  out.sample(view.restarts.in_window);
  out.gauge("restarts_limit", "Restarts that the budget allows.");
  out.sample(view.restarts.limit);
  out.gauge("start_stalled",
            "1: IRIS has been starting, and none of its processes works any more.");
  out.sample(view.start_stalled ? 1 : 0);
}

void merge(Exposition& out, const View& view) {
  const MergeView& merge = view.merge;
  out.gauge("merge_sources", "Sources of the configuration merge, by what became of them.");
  out.sample(static_cast<std::uint64_t>(merge.used), {{"status", "used"}});
  out.sample(static_cast<std::uint64_t>(merge.refused), {{"status", "refused"}});
  out.sample(static_cast<std::uint64_t>(merge.missing), {{"status", "missing"}});
  out.gauge("merge_parameters", "Parameters of the merge file, by whether IRIS has them.");
  if (merge.read) {  // without a reading nothing is known, and zero would be a claim
    out.sample(static_cast<std::uint64_t>(merge.in_cpf), {{"state", "in_cpf"}});
    out.sample(static_cast<std::uint64_t>(merge.differs), {{"state", "differs"}});
    out.sample(static_cast<std::uint64_t>(merge.next_start), {{"state", "next_start"}});
  }
  out.gauge("merge_pending", "1: a live edit has not reached IRIS yet.");
  out.sample(!merge.state.empty() && merge.state != "settled");
  out.counter("merge_edits_total", "Live edits of the merge sources, by outcome.");
  out.sample(merge.applied_total, {{"outcome", "applied"}});
  out.sample(merge.failed_total, {{"outcome", "failed"}});
  out.sample(merge.held_total, {{"outcome", "held"}});
}

}  // namespace

std::string render_metrics(const View& view) {
  Exposition out;
  supervisor(out, view);
  probes_and_health(out, view);
  qlist(out, view);
  data(out, view);
  freeze(out, view);
  restarts(out, view);
  merge(out, view);
  process(out, view);
  return out.take();
}

}  // namespace probes
