#include "supervisor/os/process_table.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/os/child.h"

namespace sup {
namespace {

using testing_support::Child;

/// A process that ends with its parent, whatever happens to the test.
pid_t fork_sleeper() {
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);  // it was killed before we asked to be told
  for (;;)
    ::pause();
}

std::set<pid_t> children_set(pid_t pid) {
  std::array<pid_t, 64> room{};
  const std::size_t count = children_of(pid, room);
  return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// What both ways of looking find: by the kernel's lists, and through all of /proc.
std::set<pid_t> descendants_set(pid_t root, pid_t except = 0) {
  const auto table = std::make_unique<Descendants>();
  EXPECT_TRUE(table->look(root, except));
  std::set<pid_t> found{table->pids().begin(), table->pids().end()};
  EXPECT_TRUE(table->look_at_everybody(root, {&except, 1}));
  EXPECT_EQ((std::set<pid_t>{table->pids().begin(), table->pids().end()}), found);
  return found;
}

TEST(ReadProcess, TellsWhoItIs) {
  const Child child{[] { ::prctl(PR_SET_NAME, "irisdb"); }};
  ProcessInfo info;
  ASSERT_TRUE(read_process(child.pid(), info));
  EXPECT_EQ(info.pid, child.pid());
  EXPECT_EQ(info.parent, ::getpid());
  EXPECT_EQ(info.name.view(), "irisdb");
}

TEST(ReadProcess, IsNotFooledByANameWithBracketsAndBlanks) {
  for (const char* name : {") R 1 (x", "a b", "((", "))", " ", "fifteen-bytes-x"}) {
    const Child child{[name] { ::prctl(PR_SET_NAME, name); }};
    ProcessInfo info;
    ASSERT_TRUE(read_process(child.pid(), info));
    EXPECT_EQ(info.name.view(), name);
    EXPECT_EQ(info.parent, ::getpid());
  }
}

TEST(ReadProcess, SaysNoWhenThereIsNone) {
  ProcessInfo info;
  Child child{[] {}};
  const pid_t pid = child.pid();
  child.end();
  EXPECT_FALSE(read_process(pid, info));
}

TEST(ReadProcess, AZombieIsSeenAsOne) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT), 0);
  ProcessInfo info;
  ASSERT_TRUE(read_process(pid, info));
  EXPECT_EQ(info.state, 'Z');
  ::waitpid(pid, nullptr, 0);
}

TEST(ChildrenOf, ListsEveryChildOnce) {
  const Child first{[] {}};
  const Child second{[] {}};
  EXPECT_EQ(children_set(::getpid()), (std::set<pid_t>{first.pid(), second.pid()}));
  EXPECT_EQ(children_set(first.pid()), std::set<pid_t>{});
}

TEST(ChildrenOf, FindsThoseThatAThreadHasStarted) {
  const Child child{[] {
    for (int i = 0; i < 2; ++i) {
      std::thread{[] {
        fork_sleeper();
        for (;;)
          ::pause();
      }}.detach();
    }
    fork_sleeper();
    while (children_set(::getpid()).size() < 3)
      std::this_thread::yield();
  }};
  EXPECT_EQ(children_set(child.pid()).size(), 3U);
}

TEST(ChildrenOf, GivesNoMoreThanThereIsRoomFor) {
  const Child first{[] {}};
  const Child second{[] {}};
  std::array<pid_t, 1> room{};
  EXPECT_EQ(children_of(::getpid(), room), 1U);
  EXPECT_EQ(children_of(::getpid(), std::span<pid_t>{}), 0U);
}

int sleep_while(void* parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (::getppid() == *static_cast<const pid_t*>(parent))
    ::pause();
  return 0;
}

TEST(ChildrenOf, ManyChildrenDoNotFitIntoOneRead) {
  constexpr std::size_t many = 900;  // with their blanks more than 4096 bytes
  const Child child{[] {
    // They share its memory: copying the page tables so often takes long.
    static std::array<std::array<std::byte, 8192>, many> stacks;
    static const pid_t parent = ::getpid();
    for (auto& stack : stacks)
      ::clone(sleep_while, stack.data() + stack.size(), CLONE_VM | SIGCHLD,
              const_cast<pid_t*>(&parent));
  }};
  std::vector<pid_t> room(4 * many);
  const std::size_t count = children_of(child.pid(), room);
  const std::set<pid_t> different{room.begin(), room.begin() + static_cast<std::ptrdiff_t>(count)};
  EXPECT_EQ(count, many);
  EXPECT_EQ(different.size(), many);
  for (const pid_t pid : different)
    EXPECT_EQ(::kill(pid, 0), 0);
}

TEST(Descendants, AreFoundOverGenerations) {
  const Child child{[] {
    testing_support::Pipe ready = testing_support::make_pipe();
    fork_sleeper();
    if (::fork() == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      fork_sleeper();
      [[maybe_unused]] const ssize_t told = ::write(ready.writer.get(), "x", 1);
      for (;;)
        ::pause();
    }
    char byte = 0;
    [[maybe_unused]] const ssize_t got = ::read(ready.reader.get(), &byte, 1);
  }};
  const std::set<pid_t> below_child = descendants_set(child.pid());
  EXPECT_EQ(below_child.size(), 3U);
  std::set<pid_t> below_us = below_child;
  below_us.insert(child.pid());
  EXPECT_EQ(descendants_set(::getpid()), below_us);
}

TEST(Descendants, LeaveOutOneWithAllBelowIt) {
  const Child agent{[] { fork_sleeper(); }};
  const Child other{[] { fork_sleeper(); }};
  const std::set<pid_t> found = descendants_set(::getpid(), agent.pid());
  EXPECT_EQ(found.size(), 2U);
  EXPECT_EQ(found.count(other.pid()), 1U);
  EXPECT_EQ(found.count(agent.pid()), 0U);
}

TEST(Descendants, LeaveOutZombiesButNotTheirSiblings) {
  const Child alive{[] {}};
  const pid_t zombie = ::fork();
  if (zombie == 0) ::_exit(0);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(zombie), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(descendants_set(::getpid()), std::set<pid_t>{alive.pid()});
  ::waitpid(zombie, nullptr, 0);
}

TEST(Descendants, ForgetTheLastLook) {
  const auto table = std::make_unique<Descendants>();
  Child child{[] {}};
  table->look(::getpid());
  EXPECT_EQ(table->pids().size(), 1U);
  child.end();
  table->look(::getpid());
  EXPECT_TRUE(table->pids().empty());
}

TEST(WaitChannel, OfNobodyIsEmpty) {
  EXPECT_TRUE(wait_channel(0).empty());
}

TEST(Descendants, AreNotTakenForGoneForWantOfDescriptors) {
  const Child child{[] {}};
  const auto table = std::make_unique<Descendants>();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool seen = table->look(::getpid());
  const bool starved = table->starved();
  const bool everybody_seen = table->look_at_everybody(::getpid(), {});
  const bool starved_again = table->starved();
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_FALSE(seen);
  EXPECT_TRUE(starved);
  EXPECT_FALSE(everybody_seen);
  EXPECT_TRUE(starved_again);
  EXPECT_TRUE(table->look(::getpid()));
  EXPECT_FALSE(table->starved());
}

}  // namespace
}  // namespace sup
