#include "supervisor/base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

#include "supervisor/base/errno_or.h"

namespace sup {
namespace {

TEST(Result, HoldsAValue) {
  Result<std::string> result{"value"};
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "value");
  EXPECT_EQ(result->size(), 5U);
}

TEST(Result, HoldsAnError) {
  const Result<std::string> result{Error{"cannot open 'x'", ENOENT}};
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, "cannot open 'x'");
  EXPECT_EQ(result.error().code, ENOENT);
}

TEST(Result, GivesAwayWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result{std::make_unique<int>(3)};
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 3);
}

TEST(Status, IsOkOrAnError) {
  const auto always = [](bool fine) -> Status {
    if (fine) return ok;
    return Error{"cannot", 0};
  };
  EXPECT_TRUE(always(true));
  EXPECT_FALSE(always(false));
}

TEST(ErrnoError, AddsTheKernelsWords) {
  errno = EACCES;
  const Error error = errno_error("cannot open 'x'");
  EXPECT_EQ(error.what, "cannot open 'x': Permission denied");
  EXPECT_EQ(error.code, EACCES);
  EXPECT_EQ(errno_error("cannot do", ENOSPC).what, "cannot do: No space left on device");
}

TEST(ErrnoOr, HoldsAValueOrAnErrno) {
  const ErrnoOr<int> value{0};
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, 0);
  EXPECT_EQ(value.error(), 0);
  const auto failed = ErrnoOr<int>::failed(EAGAIN);
  EXPECT_FALSE(failed);
  EXPECT_EQ(failed.error(), EAGAIN);
}

}  // namespace
}  // namespace sup
