#include "probes/net/http_server.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/unit/probes/http_client.h"

namespace probes::net {
namespace {

Response echo(const Request& request) {
  Response response;
  if (request.target == "/throw") throw std::runtime_error{"no"};
  if (request.target == "/missing") response.status = 404;
  if (request.method == "POST") response.status = 405;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = request.method + " " + request.target +
                  (request.remote_is_loopback ? " loopback" : " remote");
  return response;
}

class HttpServerTest : public testing::Test {
 protected:
  HttpServer& serve(Limits limits = {}, const std::string& host = "127.0.0.1") {
    auto server = HttpServer::listen(io, {host, 0}, echo, limits);
    if (!server) throw std::runtime_error{server.error().what};
    return server_.emplace(*std::move(server));
  }
  Client client() { return {io, server_->port()}; }
  std::string ask(const std::string& head) {
    Client c = client();
    EXPECT_TRUE(c.send(head + "\r\nHost: x\r\n\r\n"));
    return c.answer(!head.starts_with("HEAD"));
  }

  boost::asio::io_context io;
  std::optional<HttpServer> server_;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(HttpServerTest, GetIsAnsweredByTheHandler) {
  serve();
  const std::string answer = ask("GET /livez?verbose HTTP/1.1");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(has(answer, "Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_TRUE(has(answer, "Cache-Control: no-store\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\nGET /livez?verbose loopback"));
}

TEST_F(HttpServerTest, HeadHasTheLengthAndNoBody) {
  serve();
  Client c = client();
  c.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = c.answer(false);
  EXPECT_TRUE(has(head, "Content-Length: 18\r\n")) << head;
  EXPECT_TRUE(c.answer().ends_with("GET /next loopback"));  // nothing in between
}

TEST_F(HttpServerTest, StatusCodesOfTheHandlerArePassedOn) {
  serve();
  EXPECT_TRUE(ask("GET /missing HTTP/1.1").starts_with("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_TRUE(ask("POST / HTTP/1.1").starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
}

TEST_F(HttpServerTest, AHandlerThatThrowsIsA500) {
  serve();
  EXPECT_TRUE(ask("GET /throw HTTP/1.1").starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_TRUE(ask("GET / HTTP/1.1").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, AConnectionIsKeptForMoreRequests) {
  serve();
  Client c = client();
  for (int i = 0; i < 3; ++i) {
    c.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(c.answer().ends_with("GET /" + std::to_string(i) + " loopback"));
  }
  EXPECT_EQ(server_->connections(), 1U);
  c.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(c.answer(), "Connection: close\r\n"));
  EXPECT_TRUE(c.sees_close());
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  serve();
  Client c = client();
  c.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(c.answer().ends_with("GET /a loopback"));
  EXPECT_TRUE(c.answer().ends_with("GET /b loopback"));
}

TEST_F(HttpServerTest, Http10ClosesUnlessAskedToKeep) {
  serve();
  Client c = client();
  c.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string kept = c.answer();
  EXPECT_TRUE(kept.starts_with("HTTP/1.0 200 OK\r\n")) << kept;
  EXPECT_TRUE(has(kept, "Connection: keep-alive\r\n"));
  c.send("GET /b HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(c.answer().ends_with("GET /b loopback"));
  EXPECT_TRUE(c.sees_close());
}

TEST_F(HttpServerTest, AHeaderAboveTheLimitIsRefusedAndTheAnswerArrives) {
  serve();
  Client c = client();
  c.send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_TRUE(c.answer().starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(c.sees_close());
}

TEST_F(HttpServerTest, ABodyIsRefused) {
  serve();
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\nContent-Length: 5").starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\nTransfer-Encoding: chunked").starts_with("HTTP/1.1 413 "));
  // A method that is refused for itself: with what the handler says of it, Allow included.
  for (const char* const body : {"Content-Length: 5", "Transfer-Encoding: chunked"}) {
    const std::string answer = ask(std::string{"POST / HTTP/1.1\r\n"} + body);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << answer;
    EXPECT_NE(answer.find("Cache-Control: no-store\r\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
  }
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\nContent-Length: 0").starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, WhatIsNotHttpIsRefused) {
  serve();
  for (const std::string text :
       {"\x16\x03\x01\x02\r\n", "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"}) {
    Client c = client();
    c.send(text);
    EXPECT_TRUE(c.answer().starts_with("HTTP/1.1 400 ")) << text;
    EXPECT_TRUE(c.sees_close());
  }
}

TEST_F(HttpServerTest, AConnectionThatGoesAwayIsForgotten) {
  serve();
  {
    Client c = client();
    c.send("GET / HT");
    EXPECT_TRUE(turn_until(io, [this] { return server_->connections() == 1; }));
  }
  EXPECT_TRUE(turn_until(io, [this] { return server_->connections() == 0; }));
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosed) {
  serve({.idle = sup::milliseconds(30)});
  Client c = client();
  c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_FALSE(c.answer().empty());
  EXPECT_TRUE(c.sees_close());
}

TEST_F(HttpServerTest, ARequestThatTricklesInIsCutOff) {
  serve({.request = sup::milliseconds(50)});
  Client c = client();
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nX: ";
  c.send(request);
  const bool closed = turn_until(io, [&c] {
    c.send("x");  // never idle
    return c.is_closed();
  });
  EXPECT_TRUE(closed);
}

TEST_F(HttpServerTest, WhenFullTheOldestIdleOneMakesRoom) {
  serve({.connections = 3});
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(client());
    clients.back().send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_FALSE(clients.back().answer().empty());
  }
  clients[0].send("GET / HT");  // busy, so it is the second that is the oldest idle one
  ASSERT_TRUE(turn_until(io, [this] { return io.poll() == 0; }));
  Client late = client();
  late.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(late.answer().ends_with("GET /late loopback"));
  EXPECT_TRUE(clients[1].sees_close());
  EXPECT_FALSE(clients[0].is_closed());
  EXPECT_FALSE(clients[2].is_closed());
  EXPECT_EQ(server_->shed(), 1U);
}

TEST_F(HttpServerTest, WhenFullOfTricklersANewProbeStillGetsIn) {
  serve({.connections = 4});
  std::vector<Client> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(client());
    slow.back().send("GET / HTTP/1.1\r\nX: ");
  }
  Client probe = client();
  probe.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(probe.answer().ends_with("GET /livez loopback"));
  EXPECT_LE(server_->connections(), 4U);
  EXPECT_EQ(server_->shed(), 37U);
}

TEST_F(HttpServerTest, WhenFullOfTricklersAProbeThatIsStillSilentIsNotTheOneToGo) {
  serve({.connections = 4});
  std::vector<Client> slow;
  const auto trickle = [&] {
    slow.push_back(client());
    slow.back().send("GET / HTTP/1.1\r\nX: ");
    turn_until(io, [this] { return io.poll() == 0; });
  };
  for (int i = 0; i < 4; ++i)
    trickle();
  Client probe = client();  // its request is still on its way
  ASSERT_TRUE(turn_until(io, [this] { return server_->shed() == 1; }));
  for (int i = 0; i < 3; ++i)
    trickle();
  probe.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(probe.answer().ends_with("GET /livez loopback"));
}

TEST_F(HttpServerTest, WhoConnectsAndSaysNothingIsCutOffAsWhoTrickles) {
  serve({.request = sup::milliseconds(30), .idle = sup::hours(1)});
  Client c = client();
  EXPECT_TRUE(c.sees_close());
}

TEST_F(HttpServerTest, ABusyPortIsAnErrorThatNamesIt) {
  HttpServer& first = serve();
  const auto second = HttpServer::listen(io, {"127.0.0.1", first.port()}, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, EADDRINUSE);
  EXPECT_EQ(second.error().what, "cannot listen on '127.0.0.1:" + std::to_string(first.port()) +
                                     "': Address already in use");
}

TEST_F(HttpServerTest, AnAddressThatIsNotOursIsAnError) {
  EXPECT_FALSE(HttpServer::listen(io, {"192.0.2.1", 0}, echo));
  EXPECT_FALSE(HttpServer::listen(io, {"localhost", 0}, echo));
}

TEST_F(HttpServerTest, DualStackAnswersIpv4AndKnowsItForLoopback) {
  serve({}, "::");
  EXPECT_TRUE(ask("GET / HTTP/1.1").ends_with("GET / loopback"));
}

TEST_F(HttpServerTest, EverySocketIsCloseOnExec) {
  serve();
  Client c = client();
  c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_FALSE(c.answer().empty());
  int sockets = 0;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    const int fd = std::stoi(entry.path().filename().string());
    if (fd < 3 || !target.string().starts_with("socket:")) continue;
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
    ++sockets;
  }
  EXPECT_GE(sockets, 3);  // the listener, the accepted one, the client
}

TEST_F(HttpServerTest, ItsEndClosesEverything) {
  const std::uint16_t port = serve().port();
  Client c = client();
  c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_FALSE(c.answer().empty());
  server_.reset();
  EXPECT_TRUE(c.sees_close());
  EXPECT_FALSE(Client(io, port).connected());
}

/// As another process gets it: the number of the same open socket.
sup::UniqueFd copy_of(int fd) {
  return sup::UniqueFd{::fcntl(fd, F_DUPFD, 3)};
}

TEST_F(HttpServerTest, ASocketThatListensThereAlreadyIsTakenOver) {
  for (const std::string host : {"127.0.0.1", "::"}) {
    const ListenAddress address = serve({}, host).address();
    sup::UniqueFd kept = copy_of(server_->listener());
    server_.reset();
    Client early{io, address.port};  // while nobody accepts it waits
    auto second = HttpServer::listen(io, {host, address.port}, echo, {}, std::move(kept));
    ASSERT_TRUE(second) << second.error().what;
    EXPECT_EQ(to_text(second->address()), to_text(address));
    EXPECT_NE(::fcntl(second->listener(), F_GETFD) & FD_CLOEXEC, 0);
    early.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(early.answer().ends_with("GET / loopback"));
  }
}

TEST_F(HttpServerTest, ASocketThatListensElsewhereOrNotAtAllIsNot) {
  serve();
  sup::UniqueFd elsewhere = copy_of(server_->listener());
  const auto other = HttpServer::listen(io, {"127.0.0.2", 0}, echo, {}, std::move(elsewhere));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->address().host, "127.0.0.2");
  const auto instead_of_a_file =
      HttpServer::listen(io, {"127.0.0.1", 0}, echo, {}, copy_of(STDIN_FILENO));
  ASSERT_TRUE(instead_of_a_file);
  EXPECT_NE(instead_of_a_file->port(), server_->port());
}

TEST_F(HttpServerTest, ASocketThatIsNotTakenOverGivesItsPortBack) {
  const std::uint16_t port = serve({}, "::").port();
  const sup::UniqueFd kept = copy_of(server_->listener());  // as PID 1 keeps it
  server_.reset();
  ASSERT_FALSE(HttpServer::listen(io, {"127.0.0.1", port}, echo));
  const auto second = HttpServer::listen(io, {"127.0.0.1", port}, echo, {}, copy_of(kept.get()));
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_EQ(second->port(), port);
}

}  // namespace
}  // namespace probes::net
