#include "supervisor/link/snapshot.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cstring>
#include <string>

#include "supervisor/base/unique_fd.h"

namespace sup {
namespace {

struct Link {
  UniqueFd init;
  UniqueFd agent;
};

Link make_link() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

Received hear_agent(const Link& link, AgentSnapshot& out) {
  UniqueFd passed;
  const Received received = receive_newest(link.init.get(), out, passed);
  EXPECT_FALSE(passed) << "nobody passed anything";
  return received;
}

void send_raw(const UniqueFd& socket, const void* bytes, std::size_t size) {
  ASSERT_EQ(::send(socket.get(), bytes, size, MSG_NOSIGNAL), static_cast<ssize_t>(size));
}

TEST(Snapshot, ArrivesAsItWasSentInBothDirections) {
  const Link link = make_link();
  InitSnapshot init;
  init.phase = InitPhase::stopping;
  init.incarnation = 0x0123456789abcdef;
  init.command = {7, Command::force, CommandState::ended, 99, 256};
  ASSERT_TRUE(send_snapshot(link.init.get(), init));
  InitSnapshot got_init;
  ASSERT_EQ(receive_newest(link.agent.get(), got_init), Received::snapshot);
  EXPECT_EQ(std::memcmp(&got_init, &init, sizeof init), 0);

  AgentSnapshot agent;
  agent.beat = 12;
  agent.wanted = Command::start;
  agent.wanted_number = 3;
  std::memcpy(agent.end_reason.data(), "because", 7);
  ASSERT_TRUE(send_snapshot(link.agent.get(), agent));
  AgentSnapshot got_agent;
  ASSERT_EQ(hear_agent(link, got_agent), Received::snapshot);
  EXPECT_EQ(got_agent.beat, 12U);
  EXPECT_EQ(got_agent.wanted, Command::start);
  EXPECT_EQ(got_agent.wanted_number, 3U);
  EXPECT_EQ(text_of(got_agent.end_reason), "because");
}

TEST(Snapshot, TheNewestWinsAndTheSocketIsEmptyAfterwards) {
  const Link link = make_link();
  AgentSnapshot snapshot;
  for (snapshot.beat = 1; snapshot.beat <= 50; ++snapshot.beat)
    ASSERT_TRUE(send_snapshot(link.agent.get(), snapshot));
  AgentSnapshot got;
  EXPECT_EQ(hear_agent(link, got), Received::snapshot);
  EXPECT_EQ(got.beat, 50U);
  got.beat = 7;
  EXPECT_EQ(hear_agent(link, got), Received::nothing);
  EXPECT_EQ(got.beat, 7U);
}

TEST(Snapshot, ForeignSizesAndVersionsAreSkipped) {
  const Link link = make_link();
  AgentSnapshot good;
  good.beat = 5;
  ASSERT_TRUE(send_snapshot(link.agent.get(), good));
  AgentSnapshot foreign;
  foreign.version = AgentSnapshot::current_version + 1;
  foreign.beat = 6;
  ASSERT_TRUE(send_snapshot(link.agent.get(), foreign));
  send_raw(link.agent, "short", 5);
  const std::string longer(sizeof(AgentSnapshot) + 1, '\1');
  send_raw(link.agent, longer.data(), longer.size());
  AgentSnapshot got;
  EXPECT_EQ(hear_agent(link, got), Received::snapshot);
  EXPECT_EQ(got.beat, 5U);
}

TEST(Snapshot, OnlyForeignMessagesAreNothing) {
  const Link link = make_link();
  send_raw(link.agent, "hello", 5);
  AgentSnapshot got;
  got.beat = 7;
  EXPECT_EQ(hear_agent(link, got), Received::nothing);
  EXPECT_EQ(got.beat, 7U);
}

TEST(Snapshot, ALongerOneOfANewerProgramIsSkippedEvenIfItsHeadLooksRight) {
  const Link link = make_link();
  std::string longer(sizeof(AgentSnapshot) + 64, '\0');
  const AgentSnapshot head;
  std::memcpy(longer.data(), &head, sizeof head);
  send_raw(link.agent, longer.data(), longer.size());
  AgentSnapshot got;
  EXPECT_EQ(hear_agent(link, got), Received::nothing);
}

TEST(Snapshot, AFullSocketSaysFalseAndLosesNothingOlder) {
  const Link link = make_link();
  InitSnapshot snapshot;
  int sent = 0;
  for (; sent < 100'000; ++sent) {
    snapshot.orphans_reaped = static_cast<std::uint64_t>(sent) + 1;
    if (!send_snapshot(link.init.get(), snapshot)) break;
  }
  ASSERT_LT(sent, 100'000);
  ASSERT_GT(sent, 0);
  InitSnapshot got;
  EXPECT_EQ(receive_newest(link.agent.get(), got), Received::snapshot);
  EXPECT_EQ(got.orphans_reaped, static_cast<std::uint64_t>(sent));
  EXPECT_TRUE(send_snapshot(link.init.get(), snapshot));
}

TEST(Snapshot, AClosedLinkIsToldAndSendingToItIsNoSignal) {
  Link link = make_link();
  link.agent.reset();
  AgentSnapshot got;
  EXPECT_EQ(hear_agent(link, got), Received::closed);
  EXPECT_FALSE(send_snapshot(link.init.get(), InitSnapshot{}));
}

TEST(Snapshot, WhatWasSaidBeforeClosingIsStillHeard) {
  Link link = make_link();
  AgentSnapshot last;
  last.end_wanted = 1;
  ASSERT_TRUE(send_snapshot(link.agent.get(), last));
  link.agent.reset();
  AgentSnapshot got;
  EXPECT_EQ(hear_agent(link, got), Received::snapshot);
  EXPECT_EQ(got.end_wanted, 1U);
  EXPECT_EQ(hear_agent(link, got), Received::closed);
}

TEST(Snapshot, OfTheAgentMayBringADescriptorAndTheLastOneIsKept) {
  const Link link = make_link();
  const Link first = make_link();
  const Link second = make_link();
  AgentSnapshot snapshot;
  ASSERT_TRUE(send_snapshot(link.agent.get(), snapshot, first.agent.get()));
  ASSERT_TRUE(send_snapshot(link.agent.get(), snapshot, second.agent.get()));
  ASSERT_TRUE(send_snapshot(link.agent.get(), snapshot));
  AgentSnapshot got;
  UniqueFd passed;
  EXPECT_EQ(receive_newest(link.init.get(), got, passed), Received::snapshot);
  ASSERT_TRUE(passed);
  EXPECT_EQ(::fcntl(passed.get(), F_GETFD), FD_CLOEXEC);
  ASSERT_EQ(::send(second.init.get(), "!", 1, MSG_NOSIGNAL), 1);
  char byte = 0;
  EXPECT_EQ(::recv(passed.get(), &byte, 1, MSG_DONTWAIT), 1);
  EXPECT_EQ(byte, '!');
}

TEST(Snapshot, WhoSendsWithoutEndDoesNotKeepTheReader) {
  const Link link = make_link();
  const pid_t sender = ::fork();
  if (sender == 0) {
    for (;;)
      send_snapshot(link.agent.get(), AgentSnapshot{});
  }
  AgentSnapshot got;
  UniqueFd passed;
  for (int round = 0; round < 20; ++round)
    EXPECT_NE(receive_newest(link.init.get(), got, passed), Received::closed);
  ::kill(sender, SIGKILL);
  ::waitpid(sender, nullptr, 0);
}

TEST(TextOfField, EndsAtTheNulOrAtTheEnd) {
  std::array<char, 512> field{};
  EXPECT_EQ(text_of(field), "");
  field.fill('x');
  EXPECT_EQ(text_of(field), std::string(512, 'x'));
  field[3] = '\0';
  EXPECT_EQ(text_of(field), "xxx");
}

}  // namespace
}  // namespace sup
