// The double write, and what is left of it after a crash at any instant.
#include "store/write_pass.h"

#include <gtest/gtest.h>

#include "store/bytes.h"
#include "store/global_key.h"

namespace standin {
namespace {

class Pass : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "pass-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    top_ = name;
    volume_ = {top_ / "data", top_ / "data/IRIS.WIJ", top_ / "data/journal"};
    fs::create_directory(volume_.data);
    for (const char* const database : {"one", "two"}) {
      fs::create_directory(volume_.data / database);
      ASSERT_TRUE(write_file(volume_.database_file(database), Database::empty_file()));
    }
    ASSERT_TRUE(write_wij_header(volume_, WijHeader{}));
  }
  void TearDown() override { fs::remove_all(top_); }

  static std::vector<Change> changes(std::uint64_t first, std::uint64_t last) {
    std::vector<Change> all;
    for (std::uint64_t number = first; number <= last; ++number)
      all.push_back({number, ChangeKind::set, number % 2 == 0 ? "one" : "two",
                     global_key("g", {std::to_string(number % 3000)}), std::to_string(number)});
    return all;
  }
  [[nodiscard]] std::string fault(const std::string& database) const {
    const fs::path file = volume_.database_file(database);
    return database_fault(page_reader(file), fs::file_size(file) / page_size);
  }
  [[nodiscard]] WijHeader header() const { return read_wij_header(volume_).value_or(WijHeader{}); }

  fs::path top_;
  Volume volume_;
};

TEST_F(Pass, WritesDatabasesAndSaysHowFarTheyAre) {
  std::atomic<std::uint64_t> epoch{0};
  WritePass pass{volume_, header(), &epoch};
  EXPECT_TRUE(pass.apply(changes(1, 999)).empty());
  ASSERT_TRUE(pass.write());
  EXPECT_EQ(epoch, 2U);
  EXPECT_EQ(header().state, WijState::done);
  EXPECT_EQ(header().change, 999U);
  EXPECT_EQ(header().databases, (std::map<std::string, std::uint64_t>{{"one", 998}, {"two", 999}}));
  EXPECT_EQ(fault("one") + fault("two"), "");
}

TEST_F(Pass, AnyPartOfItIsMendedByItsImages) {
  WritePass first{volume_, header(), nullptr};
  first.apply(changes(1, 3000));
  ASSERT_TRUE(first.write());
  const fs::path before = top_ / "before";
  fs::copy(volume_.data, before, fs::copy_options::recursive);
  WritePass second{volume_, header(), nullptr};
  second.apply(changes(3001, 3600));
  ASSERT_TRUE(second.write());
  const std::vector<PageImage> images = read_wij_images(volume_, header());
  ASSERT_GT(images.size(), 4U);
  for (std::size_t written = 0; written <= images.size(); ++written) {
    for (const char* const database : {"one", "two"})
      fs::copy_file(before / database / "IRIS.DAT", volume_.database_file(database),
                    fs::copy_options::overwrite_existing);
    ASSERT_TRUE(write_images(
        volume_, {images.begin(), images.begin() + static_cast<std::ptrdiff_t>(written)}));
    // A database is whole when none or all of its pages are there.
    for (const char* const database : {"one", "two"}) {
      std::size_t there = 0;
      std::size_t all = 0;
      for (std::size_t i = 0; i < images.size(); ++i)
        if (images[i].database == database) {
          ++all;
          if (i < written) ++there;
        }
      EXPECT_EQ(fault(database).empty(), there == 0 || there == all) << database << written;
    }
    ASSERT_TRUE(write_images(volume_, images));
    EXPECT_EQ(fault("one") + fault("two"), "");
  }
}

TEST_F(Pass, ImagesOfAnotherPassAreNotTaken) {
  WritePass pass{volume_, header(), nullptr};
  pass.apply(changes(1, 10));
  ASSERT_TRUE(pass.write());
  WijHeader other = header();
  ++other.images_checksum;
  EXPECT_THROW(read_wij_images(volume_, other), Damage);
}

TEST_F(Pass, GoesOnWhereAFailureStoppedIt) {
  WritePass pass{volume_, header(), nullptr};
  pass.apply(changes(1, 10));
  const fs::path file = volume_.database_file("one");
  const fs::path aside = file.string() + ".aside";
  fs::rename(file, aside);
  EXPECT_FALSE(pass.write());
  EXPECT_EQ(header().state, WijState::pending);
  fs::rename(aside, file);
  EXPECT_TRUE(pass.write());
  EXPECT_EQ(header().state, WijState::done);
  EXPECT_EQ(fault("one") + fault("two"), "");
}

TEST_F(Pass, ADamagedDatabaseLosesItsChangesAndNoOtherOneDoes) {
  ASSERT_TRUE(write_file(volume_.database_file("one"), std::string(page_size, 'x')));
  WritePass pass{volume_, header(), nullptr};
  EXPECT_EQ(pass.apply(changes(1, 10)).size(), 5U);
  ASSERT_TRUE(pass.write());
  EXPECT_EQ(fault("two"), "");
  EXPECT_NE(fault("one"), "");
}

TEST_F(Pass, NamesDatabasesByTheirPlaceBelowTheData) {
  EXPECT_EQ(volume_.database_name(volume_.data / "one/"), "one");
  EXPECT_EQ(volume_.database_name("/elsewhere/db"), "/elsewhere/db");
  EXPECT_EQ(volume_.database_file("/elsewhere/db"), "/elsewhere/db/IRIS.DAT");
}

}  // namespace
}  // namespace standin
