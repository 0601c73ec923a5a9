#include "probes/qlist.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace probes {
namespace {

const std::string running =
    "IRIS^/usr/irissys^2025.3.0.226.0com^running, since Wed Mar  4 09:08:07 2026^iris.cpf^1972^"
    "52773^0^ok^IRIS^Failover^Primary^/dur/iris^1972,1973\n";

QlistFacts facts_of(std::string_view output, std::string_view instance = "IRIS") {
  const QlistPoll poll = parse_qlist(output, instance);
  if (const auto* facts = std::get_if<QlistFacts>(&poll)) return *facts;
  ADD_FAILURE() << std::get<QlistFailure>(poll).why;
  return {};
}

QlistFailure failure_of(std::string_view output, std::string_view instance = "IRIS") {
  const QlistPoll poll = parse_qlist(output, instance);
  if (const auto* failure = std::get_if<QlistFailure>(&poll)) return *failure;
  ADD_FAILURE() << "unexpected facts";
  return {QlistFailure::Kind::could_not_run, ""};
}

std::string line_with_status(std::string_view status, std::string_view health = "") {
  return "IRIS^/usr/irissys^2025.3^" + std::string{status} + "^iris.cpf^1972^52773^0^" +
         std::string{health} + "\n";
}

TEST(Qlist, AllFourteenFieldsOfALineAreRead) {
  const QlistFacts facts = facts_of(running);
  EXPECT_EQ(facts.name, "IRIS");
  EXPECT_EQ(facts.install_dir, "/usr/irissys");
  EXPECT_EQ(facts.version, "2025.3.0.226.0com");
  EXPECT_EQ(facts.state, State::running);
  EXPECT_EQ(facts.status_text, "running, since Wed Mar  4 09:08:07 2026");
  EXPECT_EQ(facts.since, "Wed Mar  4 09:08:07 2026");
  EXPECT_EQ(facts.cpf, "iris.cpf");
  EXPECT_EQ(facts.superserver_port, 1972);
  EXPECT_EQ(facts.web_port, 52773);
  EXPECT_EQ(facts.gateway_port, 0);
  EXPECT_EQ(facts.health, Health::ok);
  EXPECT_EQ(facts.product, "IRIS");
  EXPECT_EQ(facts.mirror_member, "Failover");
  EXPECT_EQ(facts.mirror_status, "Primary");
  EXPECT_EQ(facts.data_dir, "/dur/iris");
  EXPECT_EQ(facts.superserver_ports, "1972,1973");
}

TEST(Qlist, EveryStatusTextIsOneStateAndOnlyRunningCommaIsRunning) {
  const std::array<std::pair<std::string_view, State>, 14> cases{{
      {"running, since Wed Mar  4 09:08:07 2026", State::running},
      {"running,", State::running},
      {"running", State::unknown},
      {"Running, since ever", State::unknown},
      {" running, since ever", State::unknown},
      {"not running, since ever", State::unknown},
      {"running on node ? (cache.ids missing)", State::other_node},
      {"down, last used Wed Mar  4 09:08:07 2026", State::down},
      {"down", State::down},
      {"downgraded", State::unknown},
      {"sign-on inhibited, last used Wed Mar  4 09:08:07 2026", State::sign_on_inhibited},
      {"sign-on inhibited:primary transition", State::sign_on_inhibited},
      {"starting or stopping", State::starting_or_stopping},
      {"incomplete start or stop, logins disabled", State::starting_or_stopping},
  }};
  for (const auto& [status, state] : cases) {
    SCOPED_TRACE(status);
    const QlistFacts facts = facts_of(line_with_status(status));
    EXPECT_EQ(name_of(facts.state), name_of(state));
    EXPECT_EQ(facts.status_text, status);
  }
}

TEST(Qlist, HealthIsReadWithoutCaseAndAnUnknownWordIsKept) {
  const std::array<std::pair<std::string_view, Health>, 7> cases{{{"ok", Health::ok},
                                                                  {"warn", Health::warn},
                                                                  {"ALERT", Health::alert},
                                                                  {"hung", Health::hung},
                                                                  {"", Health::blank},
                                                                  {"blank", Health::unknown},
                                                                  {"purple", Health::unknown}}};
  for (const auto& [text, health] : cases) {
    SCOPED_TRACE(text);
    const QlistFacts facts = facts_of(line_with_status("running, since ever", text));
    EXPECT_EQ(name_of(facts.health), name_of(health));
    EXPECT_EQ(facts.health_text, text);
  }
}

TEST(Qlist, TheOldestFormOfEightFieldsIsEnoughAndOneLessIsNot) {
  const QlistFacts facts = facts_of("IRIS^/i^2012^down, last used ever^cache.cpf^1^2^3");
  EXPECT_EQ(facts.state, State::down);
  EXPECT_EQ(facts.health, Health::blank);
  EXPECT_EQ(facts.gateway_port, 3);
  EXPECT_EQ(failure_of("IRIS^/i^2012^running, since ever^cache.cpf^1^2").kind,
            QlistFailure::Kind::garbage);
}

TEST(Qlist, FieldsOfALaterVersionAreIgnored) {
  const std::string line = running.substr(0, running.size() - 1) + "^new^newer\n";
  EXPECT_EQ(facts_of(line).superserver_ports, "1972,1973");
}

TEST(Qlist, NamesAreComparedWithoutCaseAndOtherLinesAreSkipped) {
  const std::string output = "TEST^/t^2025^down, last used ever^iris.cpf^1^2^3\r\n\r\n" + running;
  EXPECT_EQ(facts_of(output, "iris").state, State::running);
  EXPECT_EQ(facts_of(output, "Test").state, State::down);
}

TEST(Qlist, NothingPrintedIsNoLine) {
  for (const std::string_view output : {"", "\n", " \r\n\n"}) {
    EXPECT_EQ(failure_of(output).kind, QlistFailure::Kind::no_line);
  }
}

TEST(Qlist, LinesOfOtherInstancesOnlyNameTheOther) {
  const QlistFailure failure = failure_of(running, "PROD");
  EXPECT_EQ(failure.kind, QlistFailure::Kind::other_instance);
  EXPECT_EQ(failure.why, "qlist printed 'IRIS', not 'PROD'");
}

TEST(Qlist, WhatIsNotALineOfQlistIsGarbageAndQuoted) {
  const QlistFailure failure = failure_of("irissession: invalid\x1b instance\n");
  EXPECT_EQ(failure.kind, QlistFailure::Kind::garbage);
  EXPECT_EQ(failure.why, "qlist printed 'irissession: invalid? instance'");
  EXPECT_EQ(failure_of("^^^running, since ever^^^^^^").kind, QlistFailure::Kind::garbage);
  EXPECT_EQ(failure_of("IRIS^/i^1^^a.cpf^1^2^3^ok").kind, QlistFailure::Kind::garbage);
  EXPECT_EQ(failure_of(line_with_status("running, \x07")).kind, QlistFailure::Kind::garbage);
}

TEST(Qlist, TwoLinesForOneInstanceMustAgree) {
  EXPECT_EQ(facts_of(running + running).state, State::running);
  EXPECT_EQ(failure_of(running + line_with_status("down, last used ever")).kind,
            QlistFailure::Kind::garbage);
}

TEST(Qlist, OutputAndLinesHaveALimit) {
  EXPECT_EQ(failure_of(std::string(max_qlist_output, '\n') + running).kind,
            QlistFailure::Kind::garbage);
  const std::string line = running.substr(0, running.size() - 1);
  EXPECT_EQ(failure_of(line + std::string(max_qlist_line, 'x')).kind, QlistFailure::Kind::garbage);
}

TEST(Qlist, APortThatIsNoneIsZero) {
  const QlistFacts facts = facts_of("IRIS^/i^1^down, last used ever^c^-1^65536^12ab");
  EXPECT_EQ(facts.superserver_port, 0);
  EXPECT_EQ(facts.web_port, 0);
  EXPECT_EQ(facts.gateway_port, 0);
}

TEST(Qlist, WhatNeverAnsweredSaysWhy) {
  EXPECT_EQ(std::get<QlistFailure>(parse_failed_qlist(2, "", "IRIS")).why,
            "qlist ended with status 2");
  EXPECT_EQ(std::get<QlistFailure>(qlist_timed_out(sup::seconds(5))).why,
            "qlist did not answer within 5s");
  EXPECT_EQ(std::get<QlistFailure>(qlist_could_not_run("No such file or directory")).why,
            "cannot run qlist: No such file or directory");
}

TEST(Qlist, AnExitStatusThatIsNotZeroNeverMakesItRun) {
  const std::string is_down =
      "IRIS^/usr^2026.1^down, last used Tue Jun 30 12:54:15 2026^iris.cpf^1^2^3";
  const std::string runs =
      "IRIS^/usr^2026.1^running, since Tue Jun 30 12:54:15 2026^iris.cpf^1^2^3";
  const auto kind_of = [](const QlistPoll& poll) { return std::get<QlistFailure>(poll).kind; };
  EXPECT_EQ(std::get<QlistFacts>(parse_failed_qlist(1, is_down, "iris")).state, State::down);
  for (const std::string& output : {runs, std::string{"^^"}, std::string{}, "OTHER" + is_down})
    EXPECT_EQ(kind_of(parse_failed_qlist(1, output, "IRIS")), QlistFailure::Kind::exit_status)
        << output;
}

}  // namespace
}  // namespace probes
