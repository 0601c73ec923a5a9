// The B-tree in pages, against a map.
#include "store/database.h"

#include <gtest/gtest.h>

#include <random>

#include "store/bytes.h"
#include "store/global_key.h"

namespace standin {
namespace {

/// A file in memory.
class Pages {
 public:
  Pages() { bytes_[0] = Database::empty_file(); }
  [[nodiscard]] PageReader reader() const {
    return [this](PageNumber page) {
      const auto at = bytes_.find(page);
      return at == bytes_.end() ? std::string{} : at->second;
    };
  }
  void put(const PageImages& images) {
    for (const auto& [page, bytes] : images)
      bytes_[page] = bytes;
  }
  [[nodiscard]] std::string fault() const { return database_fault(reader(), bytes_.size()); }
  std::string& operator[](PageNumber page) { return bytes_.at(page); }
  [[nodiscard]] std::size_t count() const { return bytes_.size(); }

 private:
  PageImages bytes_;
};

Change set_of(std::uint64_t number, const std::string& key, const std::string& value) {
  return {number, ChangeKind::set, "mgr/user", key, value};
}

std::string node_key(std::uint64_t number) {
  return global_key("g", {std::to_string(number % 7), std::to_string(number)});
}

TEST(Database, HoldsWhatWasSetAcrossPasses) {
  Pages pages;
  Database database{pages.reader()};
  EXPECT_EQ(database.get("g"), std::nullopt);
  for (std::uint64_t i = 1; i <= 3000; ++i)
    database.apply(set_of(i, node_key(i), std::to_string(i)));
  pages.put(database.take_images(1));
  EXPECT_EQ(pages.fault(), "");
  Database again{pages.reader()};
  EXPECT_EQ(again.header().records, 3000U);
  EXPECT_EQ(again.header().change, 3000U);
  EXPECT_EQ(again.get(node_key(1234)), "1234");
  EXPECT_GT(again.header().pages, 10U);
}

TEST(Database, LongValuesReachOverSeveralPages) {
  Pages pages;
  Database database{pages.reader()};
  const std::string longest(longest_value, 'x');
  database.apply(set_of(1, "a", longest));
  pages.put(database.take_images(1));
  EXPECT_EQ(Database{pages.reader()}.get("a"), longest);
  const std::size_t grown = pages.count();
  EXPECT_GT(grown, longest_value / page_size);
  database.apply(set_of(2, "a", "short"));
  database.apply(set_of(3, "b", longest));
  pages.put(database.take_images(2));
  EXPECT_EQ(pages.fault(), "");
  EXPECT_EQ(Database{pages.reader()}.get("a"), "short");
  EXPECT_LE(pages.count(), grown + grown);
}

TEST(Database, AKillTakesAllThatLiesBelowAndNothingElse) {
  Pages pages;
  Database database{pages.reader()};
  for (std::uint64_t i = 1; i <= 2000; ++i)
    database.apply(set_of(i, node_key(i), "x"));
  database.apply(set_of(2001, "g", "top"));
  database.apply(set_of(2002, "gg", "neighbour"));
  pages.put(database.take_images(1));
  database.apply({2003, ChangeKind::kill, "mgr/user", global_key("g", {"3"}), {}});
  pages.put(database.take_images(2));
  EXPECT_EQ(pages.fault(), "");
  EXPECT_EQ(database.get(node_key(3)), std::nullopt);
  EXPECT_EQ(database.get(node_key(4)), "x");
  EXPECT_EQ(database.get("g"), "top");
  database.apply({2004, ChangeKind::kill, "mgr/user", "g", {}});
  pages.put(database.take_images(3));
  EXPECT_EQ(pages.fault(), "");
  EXPECT_EQ(database.header().records, 1U);
  EXPECT_EQ(database.get("gg"), "neighbour");
}

/// What may happen to a database, and what it then has to hold.
class Life {
 public:
  explicit Life(unsigned seed) : random_{seed} {}

  void go_on() {
    Change change{++number_, ChangeKind::set, "mgr/user", node_key(below(400)), {}};
    if (below(10) == 0) {
      change.kind = ChangeKind::kill;
      if (below(3) == 0) change.key = global_key("g", {std::to_string(below(7))});
      std::erase_if(nodes_, [&](const auto& node) {
        return node.first == change.key || lies_below(node.first, change.key);
      });
    } else {
      change.value = std::string(below(20) == 0 ? below(20'000) : below(900), 'v');
      nodes_[change.key] = change.value;
    }
    database_.apply(change);
    if (below(50) == 0) pages_.put(database_.take_images(number_));
  }

  void check() {
    pages_.put(database_.take_images(++number_));
    ASSERT_EQ(pages_.fault(), "");
    std::map<std::string, std::string> held;
    Database{pages_.reader()}.for_each(
        [&held](std::string_view key, const std::string& value) { held.emplace(key, value); });
    EXPECT_TRUE(held == nodes_);
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  std::mt19937 random_;
  std::uint64_t number_ = 0;
  Pages pages_;
  Database database_{pages_.reader()};
  std::map<std::string, std::string> nodes_;
};

TEST(Database, IsAMapWhateverHappens) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    Life life{seed};
    for (int i = 0; i < 1500; ++i)
      life.go_on();
    life.check();
  }
}

TEST(Database, NoPartOfAPassIsConsistent) {
  Pages pages;
  Database database{pages.reader()};
  for (std::uint64_t i = 1; i <= 2000; ++i)
    database.apply(set_of(i, node_key(i), "before"));
  pages.put(database.take_images(1));
  for (std::uint64_t i = 1; i <= 2000; i += 50)
    database.apply(set_of(2000 + i, node_key(i), "after"));
  const PageImages images = database.take_images(2);
  ASSERT_GT(images.size(), 5U);
  std::size_t written = 0;
  for (const auto& [page, bytes] : images) {
    EXPECT_EQ(pages.fault().empty(), written == 0) << written;
    pages.put({{page, bytes}});
    ++written;
  }
  EXPECT_EQ(pages.fault(), "");
}

TEST(Database, DamageIsFoundWhereverItIs) {
  Pages pages;
  Database database{pages.reader()};
  for (std::uint64_t i = 1; i <= 500; ++i)
    database.apply(set_of(i, node_key(i), "x"));
  pages.put(database.take_images(1));
  for (PageNumber page = 0; page < pages.count(); ++page) {
    char& byte = pages[page][page_size - 1 - page];
    byte ^= 1;
    EXPECT_NE(pages.fault(), "") << page;
    byte ^= 1;
  }
  EXPECT_NE(database_fault(pages.reader(), pages.count() - 1), "");
  EXPECT_EQ(pages.fault(), "");
}

}  // namespace
}  // namespace standin
