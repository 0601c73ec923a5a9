// The ring of changes, and processes that die with its lock.
#include "store/change_ring.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/global_key.h"

namespace standin {
namespace {

constexpr std::size_t capacity = 2000;

class Ring : public testing::Test {
 protected:
  void SetUp() override {
    memory_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory_, MAP_FAILED);
    ChangeRing::create(memory_, capacity, 10);
  }
  void TearDown() override { ::munmap(memory_, size_); }

  [[nodiscard]] ChangeRing ring() const { return ChangeRing{memory_}; }
  [[nodiscard]] std::optional<std::uint64_t> set(const std::string& key,
                                                 const std::string& value) const {
    Change change{0, ChangeKind::set, "db", key, value};
    return append(change);
  }
  [[nodiscard]] std::optional<std::uint64_t> kill(const std::string& key) const {
    Change change{0, ChangeKind::kill, "db", key, {}};
    return append(change);
  }
  [[nodiscard]] std::optional<std::uint64_t> append(Change& change) const {
    const ChangeRing::Lock held{ring()};
    return ring().append(held, change);
  }
  /// The value, "killed", or "unknown".
  [[nodiscard]] std::string newest(const std::string& key) const {
    const ChangeRing::Lock held{ring()};
    const auto change = ring().newest(held, "db", key);
    if (!change) return "unknown";
    return change->kind == ChangeKind::set ? change->value : "killed";
  }
  void take_all() const {
    ring().head().durable = ring().head().tail.load();
    ring().head().applied = ring().head().tail.load();
  }

  std::size_t size_ = ChangeRing::memory_size(capacity);
  void* memory_ = nullptr;
};

TEST_F(Ring, NumbersChangesAndFindsTheNewest) {
  EXPECT_EQ(set("a", "1"), 10U);
  EXPECT_EQ(set("a", "2"), 11U);
  EXPECT_EQ(set("b", "3"), 12U);
  EXPECT_EQ(newest("a"), "2");
  EXPECT_EQ(newest("c"), "unknown");
  take_all();
  EXPECT_EQ(newest("a"), "unknown");
}

TEST_F(Ring, AKillDecidesAboutAllBelowUntilTheyAreSetAgain) {
  const std::string node = global_key("a", {"1", "2"});
  ASSERT_TRUE(set(node, "x"));
  ASSERT_TRUE(kill(global_key("a", {"1"})));
  EXPECT_EQ(newest(node), "killed");
  EXPECT_EQ(newest(global_key("a", {"1", "3"})), "killed");
  EXPECT_EQ(newest("a"), "unknown");
  ASSERT_TRUE(set(node, "y"));
  EXPECT_EQ(newest(node), "y");
  ASSERT_TRUE(kill(node));
  EXPECT_EQ(newest(node), "killed");
}

TEST_F(Ring, IsFullUntilBothDaemonsHaveTaken) {
  std::uint64_t taken = 0;
  while (set("a", std::string(50, 'x')))
    ++taken;
  EXPECT_GT(taken, 10U);
  EXPECT_TRUE(ring().more_than_half_full());
  ring().head().durable = ring().head().tail.load();
  EXPECT_FALSE(set("a", std::string(50, 'x')));
  take_all();
  EXPECT_EQ(set("a", std::string(50, 'x')), 10 + taken);
}

TEST_F(Ring, GoesRoundAndRound) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    const std::uint64_t from = ring().head().tail;
    ASSERT_EQ(set("a" + std::to_string(i % 7), std::string(i % 100, 'x')), 10 + i);
    EXPECT_EQ(newest("a" + std::to_string(i % 7)), std::string(i % 100, 'x'));
    const auto piece = ring().read(from, ring().head().tail);
    const JournalText text = parse_journal(journal_header(10 + i) + piece.records);
    ASSERT_EQ(text.changes.size(), 1U);
    EXPECT_EQ(text.changes[0].value.size(), i % 100);
    take_all();
  }
}

TEST_F(Ring, ClosedItTakesNothing) {
  ring().head().closed = true;
  EXPECT_FALSE(set("a", "1"));
}

/// A process that dies in the middle of an append, with the lock, having done `damage`.
void die_with_lock(const ChangeRing& ring, const std::function<void()>& damage) {
  const pid_t child = ::fork();
  if (child == 0) {
    const ChangeRing::Lock held{ring};
    damage();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST_F(Ring, OutlivesAWriterThatWasKilledBeforeItsChangeWasDone) {
  ASSERT_TRUE(set("a", "1"));
  RingHead& head = ring().head();
  // The index already points at a change that is not there.
  die_with_lock(ring(), [&head] {
    for (auto& newest : head.newest)
      newest = head.tail + 1;
  });
  EXPECT_EQ(newest("a"), "1");
  EXPECT_EQ(set("b", "2"), 11U);
  EXPECT_EQ(newest("b"), "2");
  EXPECT_EQ(newest("a"), "1");
}

TEST_F(Ring, RollsForwardAWriterThatWasKilledAfterItsChangeWasDone) {
  const std::uint64_t before = ring().head().tail;
  ASSERT_TRUE(set("a", "1"));
  RingHead& head = ring().head();
  const std::uint64_t after = head.tail;
  die_with_lock(ring(), [&] { head.tail = before; });
  EXPECT_EQ(newest("a"), "1");
  EXPECT_EQ(head.tail, after);
}

TEST_F(Ring, ManyWritersHaveOneOrder) {
  constexpr int writers = 4;
  constexpr int each = 3;
  for (int i = 0; i < writers; ++i) {
    if (::fork() != 0) continue;
    for (int n = 0; n < each; ++n)
      if (!set("a", std::to_string(n))) ::_exit(1);
    ::_exit(0);
  }
  for (int status = 0; ::wait(&status) > 0;)
    EXPECT_EQ(status, 0);
  const auto piece = ring().read(0, ring().head().tail);
  EXPECT_EQ(parse_journal(journal_header(10) + piece.records).changes.size(),
            std::size_t{writers * each});
}

}  // namespace
}  // namespace standin
