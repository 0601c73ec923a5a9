// A file that grows by whole pieces, and what a full disk took of one.
#include "store/growing_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

namespace standin {
namespace {

/// No file of this program gets longer, as on a full disk.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  rlimit before_{};
};

class GrowingFileTest : public testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGXFSZ, SIG_IGN);
    const int fd = ::memfd_create("growing", MFD_ALLOW_SEALING | MFD_CLOEXEC);
    ASSERT_GE(fd, 0);
    look_ = UniqueFd{::dup(fd)};
    file_ = GrowingFile{UniqueFd{fd}};
  }
  [[nodiscard]] std::string text() const {
    std::string bytes(1000, '\0');
    const ssize_t size = ::pread(look_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return bytes;
  }
  void lose_a_piece() {
    ASSERT_TRUE(file_.append("first "));
    const SizeLimit full{10};
    ASSERT_FALSE(file_.append("does not fit"));
  }

  UniqueFd look_;
  GrowingFile file_;
};

TEST_F(GrowingFileTest, WhatDidNotFitIsGoneBeforeTheNextPiece) {
  lose_a_piece();
  EXPECT_EQ(text(), "first does");
  EXPECT_TRUE(file_.append("next"));
  EXPECT_EQ(text(), "first next");
}

TEST_F(GrowingFileTest, NothingFollowsAPieceThatCannotBeTakenOut) {
  ASSERT_EQ(::fcntl(look_.get(), F_ADD_SEALS, F_SEAL_SHRINK), 0);
  lose_a_piece();
  EXPECT_FALSE(file_.append("next"));
  EXPECT_FALSE(file_.append("again"));
  EXPECT_EQ(text(), "first does");
}

}  // namespace
}  // namespace standin
