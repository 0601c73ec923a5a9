// What is asked over HTTP and by irisctl of the whole product: by curl, by hand, by promtool.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "supervisor/base/text.h"
#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

using std::string;

string url(const string& host, const string& path) {
  return "http://" + host + ":" + std::to_string(IrisContainer::port) + path;
}

/// A client that connects and then only holds the connection, with what it has said so far.
sup::UniqueFd connected(const string& says) {
  sup::UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(IrisContainer::port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {};
  static_cast<void>(::send(socket.get(), says.data(), says.size(), MSG_NOSIGNAL));
  return socket;
}

TEST(IrisProbes, AnswerCurlAsTheStandardSays) {
  SKIP_WITHOUT_NAMESPACES();
  if (::access("/usr/bin/curl", X_OK) != 0) GTEST_SKIP() << "no /usr/bin/curl here (package curl)";
  IrisContainer container;
  const string port = std::to_string(IrisContainer::port);
  container.set("IRIS_INIT_HTTP_LISTEN", "[::]:" + port);
  Program init = container.start_up();
  ASSERT_EQ(container.exec(init, {"ip", "address", "add", "192.0.2.7/32", "dev", "lo"}).code, 0);

  struct Case {
    std::vector<string> words;
    std::vector<string> expected;  ///< each stands in the answer
  };
  const string v4 = "127.0.0.1";
  const std::vector<Case> cases{
      {{url(v4, "/livez")}, {"HTTP/1.1 200 OK", "Content-Length: 2\r\n", "\r\n\r\nok"}},
      {{url("[::1]", "/readyz")}, {"HTTP/1.1 200 OK"}},
      {{url(v4, "/startupz?verbose")}, {"HTTP/1.1 200 OK", "[+]start ok", "startupz check passed"}},
      {{url(v4, "/healthz")}, {"HTTP/1.1 200 OK"}},
      {{"--head", url(v4, "/status")}, {"HTTP/1.1 200 OK", "Content-Type: application/json"}},
      {{"--http1.0", url(v4, "/livez")}, {"HTTP/1.0 200 OK", "\r\n\r\nok"}},
      {{url(v4, "/livez"), "--next", "-s", "-i", url(v4, "/nothing")}, {"HTTP/1.1 404 Not Found"}},
      {{"-X", "DELETE", url(v4, "/livez")},
       {"HTTP/1.1 405 Method Not Allowed", "Allow: GET, HEAD"}},
      {{"--data", "a=b", url(v4, "/livez")},
       {"HTTP/1.1 405 Method Not Allowed", "Allow: GET, HEAD"}},
      {{"-H", "X: " + string(9000, 'x'), url(v4, "/livez")},
       {"HTTP/1.1 431 Request Header Fields Too Large"}},
      {{"--path-as-is", url(v4, "/../livez")}, {"HTTP/1.1 404 Not Found"}},
      {{url(v4, "/")}, {"Content-Security-Policy: default-src 'none'", "Cache-Control: no-store"}},
      {{url("192.0.2.7", "/livez")}, {"HTTP/1.1 200 OK"}},
      {{url("192.0.2.7", "/metrics")}, {"HTTP/1.1 200 OK", "iris_init_build_info"}},
      {{url("192.0.2.7", "/status")}, {"HTTP/1.1 403 Forbidden"}},
      {{url("192.0.2.7", "/")}, {"HTTP/1.1 403 Forbidden"}},
      {{url("192.0.2.7", "/readyz?verbose")}, {"HTTP/1.1 403 Forbidden"}},
  };
  for (const Case& one : cases) {
    std::vector<string> words{"curl", "-s", "-i", "-g", "--max-time", "10"};
    words.insert(words.end(), one.words.begin(), one.words.end());
    SCOPED_TRACE(one.words.back().substr(0, 60));
    const auto answer = container.exec(init, words);
    EXPECT_EQ(answer.code, 0) << answer.err;
    for (const string& part : one.expected)
      EXPECT_NE(answer.out.find(part), string::npos) << part << " is not in\n" << answer.out;
  }
  // Two requests over one connection.
  const auto twice =
      container.exec(init, {"curl", "-s", "-v", url(v4, "/livez"), url(v4, "/readyz")});
  EXPECT_NE(twice.err.find("Re-using existing connection"), string::npos) << twice.err;
}

TEST(IrisProbes, SlowClientsCannotKeepAProbeOut) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  std::vector<sup::UniqueFd> slow;
  for (int i = 0; i < 300; ++i)
    slow.push_back(connected(i % 3 == 0 ? "" : "GET /livez HTTP/1.1\r\nX-Slow: "));
  for (int i = 0; i < 50; ++i) {
    slow.push_back(connected("GET "));  // they go on coming
    ASSERT_EQ(IrisContainer::probe("livez"), 200);
    ASSERT_EQ(IrisContainer::probe("readyz"), 200);
  }
  const string metrics = http_get(IrisContainer::port, "/metrics", within(5s)).body;
  EXPECT_EQ(metrics.find("iris_init_http_connections_shed_total 0\n"), string::npos);
}

TEST(IrisProbes, AnswerFromMemoryWhileQlistHangs) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_HEALTH_POLL", "1s");
  container.set("IRIS_INIT_HEALTH_QLIST_TIMEOUT", "500ms");
  container.set("IRIS_INIT_HEALTH_STALE_READY_FOR", "3s");
  Program init = container.start_up();
  container.fault("qlist_fault", "hang");
  ASSERT_TRUE(init.wait_for_event("qlist.failed", within(20s))) << init.log();
  EXPECT_EQ(IrisContainer::probe("readyz"), 200);  // a short silence changes nothing
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 503, within(20s)).status, 503);
  EXPECT_EQ(IrisContainer::probe("livez"), 200);
  EXPECT_NE(
      http_get(IrisContainer::port, "/readyz?verbose", within(5s)).body.find("[-]qlist failed"),
      string::npos);
  // The next agent has not heard qlist either, and does not begin to wait anew.
  ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("agent.died", within(10s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("http.listening", within(10s))) << init.log();
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(IrisContainer::probe("readyz"), 503) << i;
  container.fault("qlist_fault", "");
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(20s)).status, 200);
}

TEST(IrisProbes, APortInUseIsSaidOnceAndTakenAsSoonAsItIsFree) {
  SKIP_WITHOUT_NAMESPACES();
  sup::UniqueFd predecessor{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(IrisContainer::port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(predecessor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ASSERT_EQ(::bind(predecessor.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(predecessor.get(), 1), 0);
  const IrisContainer container;
  Program init = container.start();
  const auto failed = init.wait_for_event("http.failed", within(20s));
  ASSERT_TRUE(failed) << init.log();
  EXPECT_NE(failed->value("msg", "").find("'127.0.0.1:8008': Address already in use"),
            string::npos);
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s)))
      << init.log();  // IRIS does not wait for it
  predecessor.reset();
  EXPECT_TRUE(init.wait_for_event("http.listening", within(10s))) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(10s)).status, 200);
  EXPECT_EQ(init.events("http.failed").size(), 1U);
}

TEST(IrisProbes, IrisMainsOwnWordEndsTheWaitForTheStart) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_HEALTH_POLL_STARTING", "1m");  // longer than the test waits
  Program init = container.start();
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
}

TEST(IrisProbes, WhatIrisMainCouldNotDoIsAnEvent) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("start_fault", "fail");
  Program init = container.start();
  const auto failed = init.wait_for_event("main.command_failed", within(20s));
  ASSERT_TRUE(failed) << init.log();
  EXPECT_EQ(failed->value("msg", ""), "'iris start IRIS quietly' ended with exit code 1");
  EXPECT_NE(init.wait_code(within(30s)), 0);
}

TEST(IrisProbes, IrisctlGivesTheSameVerdictAsHttp) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_RESTART_DELAY", "1h");
  container.main_outlives_iris();
  Program init = container.start_up();
  const auto same = [&](const string& probe, const string& path) {
    const int status = IrisContainer::probe(path);
    const auto told = container.irisctl(init, {"probe", probe});
    EXPECT_EQ(told.code, status == 200 ? 0 : 1) << path << " " << status << told.out << told.err;
    return status;
  };
  EXPECT_EQ(same("live", "livez"), 200);
  EXPECT_EQ(same("ready", "readyz"), 200);
  EXPECT_EQ(same("startup", "startupz"), 200);
  EXPECT_EQ(container.irisctl(init, {"wait", "--for", "ready", "--timeout", "10s"}).code, 0);
  EXPECT_EQ(container.exec(init, {"iris", "stop", "IRIS", "quietly"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("iris.down", within(15s))) << init.log();
  EXPECT_EQ(same("ready", "readyz"), 503);
  EXPECT_EQ(same("live", "livez"), 200);
  EXPECT_EQ(container.irisctl(init, {"wait", "--for", "ready", "--timeout", "1s"}).code, 124);
  EXPECT_EQ(container.irisctl(init, {"wait", "--for", "down", "--timeout", "10s"}).code, 0);
}

TEST(IrisProbes, PromtoolFindsNothingWrongWithTheMetrics) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  const string metrics = http_get(IrisContainer::port, "/metrics", within(5s)).body;
  ASSERT_FALSE(metrics.empty());
  const auto look =
      container.exec(init, {"sh", "-c", "command -v promtool || ls '" PROMTOOL_FETCHED "'"});
  if (look.code != 0) GTEST_SKIP() << "no promtool here (Debian's package prometheus holds it)";
  const string promtool{sup::trim(look.out)};
  const string file = container.dir.write("metrics", metrics);
  const auto verdict =
      container.exec(init, {"sh", "-c", "\"$0\" check metrics <\"$1\"", promtool, file});
  EXPECT_EQ(verdict.code, 0) << verdict.out << verdict.err;
  EXPECT_EQ(verdict.out + verdict.err, "");
}

}  // namespace
}  // namespace testing_support
