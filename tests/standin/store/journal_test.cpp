// Journal files as bytes, and their names.
#include <gtest/gtest.h>

#include <fstream>

#include "store/journal_files.h"
#include "store/journal_record.h"

namespace standin {
namespace {

Change change_of(std::uint64_t number) {
  return {number, ChangeKind::set, "mgr/user", "k8stest", std::string(number % 5, 'v')};
}

std::string journal_of(std::uint64_t first, std::uint64_t last) {
  std::string bytes = journal_header(first);
  for (std::uint64_t number = first; number <= last; ++number)
    bytes += journal_record(change_of(number));
  return bytes;
}

TEST(Journal, GivesBackWhatWasWritten) {
  const JournalText text = parse_journal(journal_of(7, 9));
  EXPECT_EQ(text.first_number, 7U);
  EXPECT_EQ(text.changes, (std::vector{change_of(7), change_of(8), change_of(9)}));
}

TEST(Journal, CutAnywhereItHoldsTheWholeRecordsBeforeTheCut) {
  const std::string bytes = journal_of(1, 4);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const JournalText text = parse_journal(bytes.substr(0, size));
    EXPECT_LE(text.whole, size);
    EXPECT_LT(text.changes.size(), 4U);
    EXPECT_EQ(journal_of(1, text.changes.size()).substr(0, text.whole),
              bytes.substr(0, text.whole));
  }
}

TEST(Journal, ADamagedRecordEndsIt) {
  std::string bytes = journal_of(1, 4);
  bytes[journal_of(1, 2).size() + 9] ^= 1;
  EXPECT_EQ(parse_journal(bytes).changes.size(), 2U);
  EXPECT_EQ(parse_journal("nothing of the kind, but long enough").first_number, std::nullopt);
}

class JournalDirectory : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "journal-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { fs::remove_all(directory_); }
  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream{directory_ / name, std::ios::binary} << bytes;
  }
  fs::path directory_;
};

TEST_F(JournalDirectory, NamesFollowDayAndNumber) {
  EXPECT_EQ(next_journal_name({}, "20260630"), "20260630.001");
  EXPECT_EQ(next_journal_name({"20260629.014"}, "20260630"), "20260630.001");
  EXPECT_EQ(next_journal_name({"20260630.999"}, "20260630"), "20260630.1000");
  // The clock went back.
  EXPECT_EQ(next_journal_name({"20260630.002"}, "20260629"), "20260630.003");
}

TEST_F(JournalDirectory, IsReadInTheOrderOfWriting) {
  put("20260630.1000", journal_of(5, 6));
  put("20260630.999", journal_of(1, 4));
  put("journal.log", "not one of them");
  const JournalTail tail = read_journal(directory_, "20260630.999", 2);
  EXPECT_EQ(tail.changes, (std::vector{change_of(3), change_of(4), change_of(5), change_of(6)}));
  EXPECT_EQ(tail.last, 6U);
  EXPECT_EQ(tail.gap, "");
  EXPECT_EQ(journal_file_of(directory_, 4), "20260630.999");
  EXPECT_EQ(journal_file_of(directory_, 7), "20260630.1000");
}

TEST_F(JournalDirectory, AfterACrashTheNextFileGoesOnWhereTheOldOneWasWhole) {
  const std::string old = journal_of(1, 4);
  put("20260630.001", old.substr(0, old.size() - 3));
  put("20260630.002", "");
  put("20260630.003", journal_of(4, 5));
  const JournalTail tail = read_journal(directory_, "", 0);
  EXPECT_EQ(tail.last, 5U);
  EXPECT_EQ(tail.changes.size(), 5U);
  EXPECT_EQ(tail.gap, "");
}

TEST_F(JournalDirectory, AMissingFileIsAGap) {
  put("20260630.001", journal_of(1, 4));
  put("20260630.003", journal_of(9, 10));
  EXPECT_NE(read_journal(directory_, "", 0).gap, "");
  EXPECT_NE(read_journal(directory_, "20260630.002", 4).gap, "");
}

}  // namespace
}  // namespace standin
