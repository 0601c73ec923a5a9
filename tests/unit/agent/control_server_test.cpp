#include "supervisor/agent/control_server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "supervisor/base/unique_fd.h"
#include "tests/integration/harness/temp_dir.h"
#include "tests/unit/agent/loop.h"

namespace sup {
namespace {

using testing_support::Loop;
using ::testing_support::TempDir;

class Client {
 public:
  explicit Client(const std::string& path)
      : fd_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    sockaddr generic{};
    static_assert(sizeof address >= sizeof generic);
    const void* raw = &address;
    connected_ = ::connect(fd_.get(), static_cast<const sockaddr*>(raw), sizeof address) == 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }
  /// As much as the socket takes.
  std::size_t send(std::string_view text) {
    const ssize_t n = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) closed_ = true;
    return n < 0 ? 0 : static_cast<std::size_t>(n);
  }
  /// One reply; code -1 when the connection ended without one.
  control::Reply read(Loop& loop) {
    loop.until([&] { return closed() || input_.find('\n') != std::string::npos; });
    const std::size_t end = input_.find('\n');
    if (end == std::string::npos) return {-1, {}, {}};
    const auto reply = control::decode_reply(input_.substr(0, end));
    input_.erase(0, end + 1);
    return reply ? *reply : control::Reply{-2, {}, {}};
  }
  bool closed() {
    std::array<char, 4096> buffer{};
    for (;;) {
      const ssize_t n = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (n < 0) return closed_ = closed_ || errno != EAGAIN;
      if (n == 0) return closed_ = true;
      input_.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }
  void leave() { fd_.reset(); }

 private:
  UniqueFd fd_;
  std::string input_;
  bool connected_ = false;
  bool closed_ = false;
};

struct Room {
  Loop loop;
  TempDir dir;
  std::string path = dir / "control.sock";
  std::vector<ControlServer::Respond> kept;  ///< for the verb `later`
  std::unique_ptr<ControlServer> server = open();

  std::unique_ptr<ControlServer> open() {
    auto opened = ControlServer::open(
        loop.io(), path, [this](const control::Request& request, ControlServer::Respond respond) {
          if (request.verb == "later") return kept.push_back(std::move(respond));
          respond({control::done, "heard " + request.verb, "{}"});
        });
    return opened ? std::move(*opened) : nullptr;
  }
  static std::string line(const std::string& verb) {
    control::Request request;
    request.verb = verb;
    return control::encode(request);
  }
};

TEST(ControlServer, OnlyItsOwnUserMayConnect) {
  const Room room;
  ASSERT_NE(room.server, nullptr);
  struct stat status {};
  ASSERT_EQ(::stat(room.path.c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST(ControlServer, AnswersLineByLine) {
  Room room;
  Client client{room.path};
  ASSERT_TRUE(client.connected());
  for (const char* verb : {"one", "two", "three"}) {
    client.send(Room::line(verb));
    EXPECT_EQ(client.read(room.loop).text, std::string{"heard "} + verb);
  }
  client.send(Room::line("four") + Room::line("five"));
  EXPECT_EQ(client.read(room.loop).text, "heard four");
  EXPECT_EQ(client.read(room.loop).text, "heard five");
  EXPECT_FALSE(client.closed());
}

TEST(ControlServer, AnAnswerMayComeLaterOrForNobody) {
  Room room;
  Client patient{room.path};
  Client gone{room.path};
  patient.send(Room::line("later"));
  gone.send(Room::line("later"));
  ASSERT_TRUE(room.loop.until([&] { return room.kept.size() == 2; }));
  gone.leave();
  for (const auto& respond : room.kept)
    respond({control::done, "now", "{}"});
  room.kept.clear();
  EXPECT_EQ(patient.read(room.loop).text, "now");
  patient.send(Room::line("again"));
  EXPECT_EQ(patient.read(room.loop).text, "heard again");
}

TEST(ControlServer, WhatIsNoRequestIsAnsweredAndEndsTheConnection) {
  for (const char* line : {"\n", "hello\n", "{}\n",
                           R"({"version":99,"verb":"status"})"
                           "\n"}) {
    Room room;
    Client client{room.path};
    client.send(line);
    EXPECT_EQ(client.read(room.loop).code, control::usage) << line;
    EXPECT_TRUE(room.loop.until([&] { return client.closed(); })) << line;
  }
}

TEST(ControlServer, ALineThatIsTooLongEndsTheConnection) {
  Room room;
  Client client{room.path};
  const std::string chunk(8192, 'x');
  std::size_t sent = 0;
  EXPECT_TRUE(room.loop.until([&] {
    sent += client.send(chunk);
    return client.closed();
  }));
  EXPECT_GE(sent, control::max_message);
  EXPECT_LE(sent, control::max_message + 1024UL * 1024);  // and what the socket holds
  Client next{room.path};
  next.send(Room::line("next"));
  EXPECT_EQ(next.read(room.loop).text, "heard next");
}

TEST(ControlServer, ASlowClientHasTime) {
  Room room;
  Client client{room.path};
  const std::string line = Room::line("slow");
  for (const char c : line) {
    ASSERT_EQ(client.send({&c, 1}), 1U);
    room.loop.settle();
    ASSERT_FALSE(client.closed() && c != '\n');
  }
  EXPECT_EQ(client.read(room.loop).text, "heard slow");
}

TEST(ControlServer, OneWhoIsTooMuchIsTurnedAwayUntilAnotherLeaves) {
  Room room;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < ControlServer::max_connections; ++i) {
    clients.push_back(std::make_unique<Client>(room.path));
    clients.back()->send(Room::line("here"));
    ASSERT_EQ(clients.back()->read(room.loop).text, "heard here");
  }
  Client too_much{room.path};
  EXPECT_TRUE(room.loop.until([&] { return too_much.closed(); }));
  EXPECT_FALSE(clients.front()->closed());
  clients.pop_back();
  bool served = false;
  EXPECT_TRUE(room.loop.until([&] {
    Client next{room.path};
    next.send(Room::line("next"));
    served = next.read(room.loop).code == control::done;
    return served;
  }));
}

TEST(ControlServer, TakesOverFromADeadPredecessorAndCleansUp) {
  Room room;
  room.server.reset();
  EXPECT_NE(::access(room.path.c_str(), F_OK), 0);
  room.dir.write("control.sock", "left over");
  room.server = room.open();
  ASSERT_NE(room.server, nullptr);
  Client client{room.path};
  client.send(Room::line("hello"));
  EXPECT_EQ(client.read(room.loop).text, "heard hello");
}

TEST(ControlServer, APathThatCannotBeIsAnError) {
  Loop loop;
  const TempDir dir;
  const auto handler = [](const control::Request&, const ControlServer::Respond&) {};
  EXPECT_FALSE(ControlServer::open(loop.io(), dir / "nowhere/sock", handler));
  EXPECT_FALSE(ControlServer::open(loop.io(), dir / std::string(200, 'x'), handler));
}

}  // namespace
}  // namespace sup
