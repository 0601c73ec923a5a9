#include "supervisor/agent/agent.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "supervisor/base/log.h"
#include "supervisor/base/text.h"
#include "supervisor/base/units.h"
#include "supervisor/core/iris_main_options.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/files.h"

namespace sup {

using boost::system::error_code;

namespace {

constexpr auto listen_again = std::chrono::milliseconds{500};
/// While something is under way, irisdb processes are looked at this often.
constexpr Nanos busy_look = milliseconds(100);
constexpr Nanos idle_look = seconds(60);

LifeSettings life_settings(const Settings& settings, const std::vector<std::string>& main_argv) {
  std::vector<const char*> words;
  for (const std::string& word : main_argv)
    words.push_back(word.c_str());
  words.push_back(nullptr);
  const IrisMainOptions main = parse_iris_main_options(words.data());
  LifeSettings life;
  life.up_wanted = main.up;
  const std::string& policy = settings.text(setting::restart_policy);
  life.restart_in_place = policy == "restart" || (policy == "auto" && !main.has_hooks);
  life.exit_on_stall = settings.text(setting::health_start_stall_action) == "exit";
  life.restart_delay = settings.duration(setting::restart_delay);
  life.budget = {settings.number(setting::restart_limit),
                 settings.duration(setting::restart_window)};
  return life;
}

probes::HealthSettings health_settings(const Settings& settings) {
  probes::HealthSettings health;
  health.stale_ready_after = settings.duration(setting::health_stale_ready_for);
  health.stale_after = settings.duration(setting::health_stale_after);
  health.hung_after = settings.duration(setting::health_hung_after);
  health.suspended_ready_for = settings.duration(setting::health_suspended_ready_for);
  health.ready_ok = settings.has(setting::health_ready, "ok");
  health.ready_warn = settings.has(setting::health_ready, "warn");
  health.ready_alert = settings.has(setting::health_ready, "alert");
  return health;
}

}  // namespace

Agent::Agent(boost::asio::io_context& io, AgentOptions options, Settings settings,
             SignalInput signals)
    : io_{io},
      options_{std::move(options)},
      settings_{std::move(settings)},
      signals_{std::move(signals)},
      signal_input_{io, signals_.fd.release()},
      timer_{io},
      http_timer_{io},
      control_timer_{io},
      health_settings_{health_settings(settings_)},
      jobs_{io},
      state_{options_.run_dir + "/state"},
      timeline_{state_},
      watch_{io, ::getppid(),
             [this] {
               data_.read_mounts();  // a remount may be why
               data_.look_soon();
               poller_.poll_soon();
               turn();
             }},
      poller_{io, jobs_, options_.instance, settings_.duration(setting::health_qlist_timeout),
              [this](const probes::QlistPoll& poll, Nanos began_at, Nanos took) {
                on_qlist(poll, began_at, took);
              }},
      data_{io,
            jobs_,
            {beside_own_program("cpfmerge"), settings_.duration(setting::health_data_check),
             settings_.duration(setting::health_data_timeout),
             settings_.bytes(setting::health_data_min_free)},
            [this](const std::string& before) { on_data_news(before); }},
      main_log_{io, jobs_, beside_own_program("cpfmerge"),
                [this](const probes::MainLogNews& news) { on_main_log(news); }},
      start_words_{jobs_, beside_own_program("cpfmerge")},
      life_{life_settings(settings_, options_.main_argv)},
      freezer_{{options_.instance, beside_own_program("cpfmerge"),
                settings_.duration(setting::freeze_lease), setting::freeze_lease.max,
                settings_.duration(setting::freeze_step_timeout),
                options_.safe ? std::string{} : settings_.text(setting::freeze_hooks),
                settings_.duration(setting::freeze_hook_timeout)},
               jobs_,
               timeline_,
               state_,
               [this] { return iris_now(); },
               [this] {
                 thaw_asked_at_ = monotonic_now();
                 thaw_wanted_ = true;
               },
               [this] { turn(); }},
      merge_{io,
             {beside_own_program("cpfmerge"), options_.run_dir,
              settings_.duration(setting::merge_apply_after), !options_.safe},
             jobs_,
             timeline_,
             [this] { merge_wanted_ = true; },
             [this] { turn(); }},
      start_progress_{settings_.duration(setting::health_start_stall)} {
  route_settings_.details = probes::parse_details(settings_.text(setting::http_details))
                                .value_or(probes::Details::loopback);
}

int Agent::run() {
  if (const auto made = make_directory(options_.run_dir, 0770); !made)
    log::error("agent.run_dir", "{}", made.error().what);
  for (const std::string& warning : settings_.warnings())
    log::warning("settings.unknown", "{}", warning);
  listen_http();
  listen_control();
  on_signal();
  link_ = std::make_unique<AgentLink>(
      io_, options_.link_fd, [this](const InitSnapshot& snapshot) { on_init(snapshot); },
      [this] { io_.stop(); });
  if (http_) link_->keep_listener(http_->listener());
  io_.run();
  return 0;
}

void Agent::listen_http() {
  const auto address = probes::parse_listen_address(settings_.text(setting::http_listen));
  if (!address) return log::error("http.failed", "HTTP LISTEN: {}", address.error().what);
  auto server = probes::net::HttpServer::listen(
      io_, *address,
      [this](const probes::Request& request) {
        auto response = probes::route(
            request, [this](probes::Detail detail) { return view(detail); }, route_settings_);
        probes::count_answer(counters_.answers, request, response);
        return response;
      },
      {}, UniqueFd{std::exchange(options_.listen_fd, -1)});
  if (server) {
    http_ = std::move(*server);
    if (link_) link_->keep_listener(http_->listener());
    return log::info("http.listening", "probes on {}", probes::to_text(http_->address()));
  }
  // A predecessor's socket may be there for a moment, or another program for good: say it once.
  if (!std::exchange(http_complained_, true))
    log::error("http.failed", "{}; trying again until it is free (HTTP LISTEN chooses another)",
               server.error().what);
  http_timer_.expires_after(listen_again);
  http_timer_.async_wait([this](const error_code& error) {
    if (!error) listen_http();
  });
}

void Agent::listen_control() {
  auto server =
      ControlServer::open(io_, options_.run_dir + "/control.sock",
                          [this](const control::Request& request, ControlServer::Respond respond) {
                            on_request(request, std::move(respond));
                          });
  if (server) {
    control_ = std::move(*server);
    return;
  }
  if (!std::exchange(control_complained_, true))
    log::error("control.failed", "{}; irisctl will not work, trying again", server.error().what);
  control_timer_.expires_after(listen_again);
  control_timer_.async_wait([this](const error_code& error) {
    if (!error) listen_control();
  });
}

void Agent::on_signal() {
  for (;;) {
    const ReceivedSignal signal = next_signal(signal_input_.native_handle());
    if (signal.number == 0) break;
    if (signal.number == SIGTERM) {
      main_log_.look();  // PID 1 waits for our last word: it may say why iris-main has ended
      return io_.stop();
    }
  }
  jobs_.reap();
  signal_input_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [this](const error_code& error) {
                             if (!error) on_signal();
                           });
}

void Agent::on_init(const InitSnapshot& snapshot) {
  const std::optional<InitSnapshot> earlier = init_;
  const bool first = !earlier;
  const CommandReport before = first ? CommandReport{} : earlier->command;
  const bool was_running = !first && earlier->phase == InitPhase::running;
  bool start_is_known = false;
  init_ = snapshot;
  if (first) {
    told_.wanted_number = snapshot.command.number;
    if (snapshot.command.command == Command::start) command_status_ = snapshot.command.status;
    start_is_known = remember(snapshot);
  }
  note_news_of_init(earlier);
  if (!was_running && snapshot.phase == InitPhase::running) {
    tell_swept(snapshot.swept);
    data_.watch(data_directory());
    begin_start_words(start_is_known);
    merge_.begin(first && life_.ever_up());
    poller_.poll_soon();
  }
  if (snapshot.phase == InitPhase::stopping) merge_.end();
  const CommandReport& command = snapshot.command;
  const bool ended = command.state == CommandState::ended && !first &&
                     (before.state != CommandState::ended || before.number != command.number ||
                      before.command != command.command);
  if (ended) on_command_ended(command);
  turn();
  if (!first) return;
  // An agent may come after iris-main's first words, and the one before it gone before them.
  const std::int64_t began = wall_now() - (monotonic_now() - snapshot.began_at);
  main_log_.follow(start_is_known ? never : began);
  tell_why_it_may_end();
  link_->tell(told_);  // not before: a lease of ours must not be denied for a moment
}

/// `not_the_first`: what runs is not the first start, or that is over.
void Agent::begin_start_words(bool not_the_first) {
  constexpr std::size_t longest_number = 32;
  const auto noted = read_file(options_.run_dir + "/messages.size", longest_number);
  const auto from = noted ? parse_number(trim(*noted)) : std::nullopt;
  if (from && !not_the_first)
    start_words_.begin_at(data_directory(), *from);
  else
    start_words_.begin(data_directory(), [this] { turn(); });
}

/// Once in a container's life: an agent before this one may have told it.
void Agent::tell_swept(std::uint64_t segments) {
  constexpr const char* name = "prepare.swept";
  const auto& events = timeline_.events();
  const bool told = std::any_of(events.begin(), events.end(),
                                [](const auto& event) { return event.name == name; });
  if (segments > 0 && !told)
    timeline_.add(Level::warning, name,
                  "{} segment(s) of shared memory of a killed predecessor were removed", segments);
}

bool Agent::remember(const InitSnapshot& snapshot) {
  auto loaded = state_.open(snapshot.incarnation);
  if (!loaded) {
    log::warning("state.failed", "{}; going on without memory", loaded.error().what);
    return true;
  }
  if (loaded->broken_lines > 0)
    log::warning("state.broken", "{} lines of the state file could not be read, ignoring",
                 loaded->broken_lines);
  std::optional<StateRecord> up;
  std::optional<StateRecord> lease;
  bool start_is_known = false;
  for (StateRecord& record : loaded->records) {
    switch (record.kind) {
      case StateRecord::Kind::event:
        timeline_.restore(record);
        recovers_ = recovers_ || record.event == "iris.recovers";
        break;
      case StateRecord::Kind::up:
        life_.remember_up(record.at);
        up = std::move(record);
        start_failure_ = {};
        break;
      case StateRecord::Kind::restart:
        life_.remember_restart(record.at);
        start_failure_ = {};
        start_is_known = true;
        break;
      case StateRecord::Kind::start_failed:
        start_failure_ = {record.message, record.failed, record.incurable};
        start_is_known = true;
        break;
      case StateRecord::Kind::lease:
        lease = std::move(record);
        break;
      case StateRecord::Kind::thawed:
        lease.reset();
        freezer_.remember(record);
        break;
      case StateRecord::Kind::asked:
        freezer_.remember_asked(record.message);
        break;
      case StateRecord::Kind::hold:
        life_.hold({record.message, record.at});
        break;
      case StateRecord::Kind::release:
        life_.release();
        break;
      case StateRecord::Kind::wrong:
        wrong_ = record.wrong;
        break;
    }
  }
  if (lease) freezer_.restore(std::move(*lease));
  if (!loaded->left_frozen.empty())
    timeline_.add(Level::warning, "freeze.not_held",
                  "the container before this one ended while it was frozen for '{}'; it did not "
                  "hold",
                  loaded->left_frozen);
  restore_wrong();
  if (!up) return start_is_known;
  restored_watch_ = !up->processes.empty();
  killed_when_up_ = up->irisdb_killed;
  watch_.adopt(*up);
  return true;
}

void Agent::turn() {
  if (!init_) return;
  live();
  if (thaw_wanted_ && !command_pending()) {
    thaw_wanted_ = false;
    ask_init(Command::thaw);
  }
  merge_.turn(merge_facts());
  if (merge_wanted_ && !thaw_wanted_ && !command_pending()) {
    merge_wanted_ = false;
    ask_init(Command::merge);
  }
  if (thaw_asked_at_ != never && monotonic_now() - thaw_asked_at_ > seconds(15)) {
    thaw_asked_at_ = never;
    thaw_wanted_ = false;
    StepResult silence;
    silence.timed_out = true;
    freezer_.forced_thaw_ended(silence);
  }
  const Freezer::Totals freezes = freezer_.totals();
  freezer_.turn();
  count_freezes(freezes);
  if (freezer_.take_foreign_news()) ask_who_suspended();
  data_.pause(frozen_by_us());
  tell_init();
  notify();
  arm_timer();
}

void Agent::tell_init() {
  AgentSnapshot now = told_;
  now.frozen_by_us = freezer_.machine().ours() ? 1 : 0;
  now.iris_seen = iris_seen();
  const bool stops = init_->stop_began_at != 0;
  now.drained = stops && monotonic_now() >= init_->stop_began_at + init_->drain_delay ? 1 : 0;
  const bool changed = now.frozen_by_us != told_.frozen_by_us || now.drained != told_.drained ||
                       now.iris_seen != told_.iris_seen;
  told_ = now;
  if (changed) link_->tell(told_);
}

void Agent::arm_timer() {
  const Nanos now = monotonic_now();
  Nanos next = now + idle_look;
  next = std::min({next, life_.deadline(), freezer_.deadline(), merge_.deadline()});
  const LifeState state = life_.state();
  const bool busy = state == LifeState::forcing || state == LifeState::pausing ||
                    state == LifeState::restarting || state == LifeState::restart_asked ||
                    state == LifeState::down || (state == LifeState::up && watch_.somebody_died());
  if (start_under_way(state)) next = std::min(next, start_progress_.stalls_at());
  if (busy) next = std::min(next, now + busy_look);
  if (thaw_asked_at_ != never) next = std::min(next, now + seconds(1));
  if (init_->stop_began_at != 0 && told_.drained == 0)
    next = std::min(next, init_->stop_began_at + init_->drain_delay);
  timer_.expires_at(
      std::chrono::steady_clock::time_point{std::chrono::nanoseconds{std::max(next, now)}});
  timer_.async_wait([this](const error_code& error) {
    if (!error) turn();
  });
}

}  // namespace sup
