// What a supervisor such as systemd gets to read. Built twice: with a datagram of our own, and with
// libsystemd; both must pass.
#include "supervisor/os/notify.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "supervisor/base/unique_fd.h"

namespace sup {
namespace {

/// A supervisor that listens on `address`, a path or '@' and an abstract name.
class Supervisor {
 public:
  explicit Supervisor(const std::string& address)
      : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const bool is_abstract = address[0] == '@';
    std::memcpy(name.sun_path, address.data(), address.size());
    if (is_abstract) name.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() +
                                             (is_abstract ? 0 : 1));
    if (!is_abstract) {
      ::unlink(address.c_str());
      path_ = address;
    }
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&name), size), 0);
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  /// The next datagram; "" when there is none.
  [[nodiscard]] std::string heard() const {
    std::array<char, 4096> buffer{};
    const ssize_t n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    return n > 0 ? std::string{buffer.data(), static_cast<std::size_t>(n)} : std::string{};
  }

 private:
  UniqueFd socket_;
  std::string path_;
};

std::string own_path() {
  return ::testing::TempDir() + "notify-" SENDER "-" + std::to_string(::getpid());
}
std::string own_name() {
  return "@iris-init-test-" SENDER "-" + std::to_string(::getpid());
}

TEST(Notify, IsHeardOnAPathAndOnAnAbstractName) {
  for (const std::string& address : {own_path(), own_name()}) {
    SCOPED_TRACE(address);
    const Supervisor supervisor{address};
    const NotifySocket socket{address};
    EXPECT_TRUE(socket.is_heard());
    EXPECT_EQ(socket.tell("READY=1\nSTATUS=up: IRIS is running"), 0);
    EXPECT_EQ(supervisor.heard(), "READY=1\nSTATUS=up: IRIS is running");
    EXPECT_EQ(socket.tell("STOPPING=1"), 0);
    EXPECT_EQ(supervisor.heard(), "STOPPING=1");
    EXPECT_EQ(supervisor.heard(), "");
  }
}

TEST(Notify, IsTakenOutOfTheEnvironmentAndStaysOut) {
  const Supervisor supervisor{own_name()};
  ::setenv("NOTIFY_SOCKET", own_name().c_str(), 1);
  const NotifySocket socket = NotifySocket::take_from_environment();
  EXPECT_EQ(::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(socket.address(), own_name());
  EXPECT_EQ(socket.tell("READY=1"), 0);
  EXPECT_EQ(supervisor.heard(), "READY=1");
  EXPECT_EQ(::getenv("NOTIFY_SOCKET"), nullptr);
}

TEST(Notify, WithoutASupervisorThereIsNothingToDo) {
  ::unsetenv("NOTIFY_SOCKET");
  const NotifySocket socket = NotifySocket::take_from_environment();
  EXPECT_FALSE(socket.is_heard());
  EXPECT_EQ(socket.tell("READY=1"), 0);
}

TEST(Notify, ASupervisorThatIsGoneIsAnErrorAndNoMore) {
  EXPECT_NE(NotifySocket{own_path()}.tell("READY=1"), 0);
  EXPECT_NE(NotifySocket{own_name()}.tell("READY=1"), 0);
}

TEST(Notify, AnAddressThatIsNoneIsAnError) {
  for (const std::string& address : {std::string{"relative"}, "/" + std::string(200, 'x'),
                                     "@" + std::string(200, 'x'), std::string{"vsock:2:1"}})
    EXPECT_NE(NotifySocket{address}.tell("READY=1"), 0) << address;
}

TEST(Notify, ASupervisorThatDoesNotReadIsNotWaitedFor) {
  const Supervisor supervisor{own_name()};
  const NotifySocket socket{own_name()};
  int error = 0;
  for (int i = 0; i < 100'000 && error == 0; ++i)
    error = socket.tell("STATUS=again");
  EXPECT_EQ(error, EAGAIN);
}

}  // namespace
}  // namespace sup
