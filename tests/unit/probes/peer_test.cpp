#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

#include "probes/net/listener.h"

namespace probes::net {
namespace {

sockaddr_storage peer(const char* text) {
  sockaddr_storage out{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&out, &v4, sizeof v4);
  } else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    std::memcpy(&out, &v6, sizeof v6);
  }
  return out;
}

TEST(Peer, LoopbackIsSeenInEveryForm) {
  for (const char* text : {"127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(peer(text))) << text;
  }
}

TEST(Peer, EverythingElseIsNotLoopback) {
  for (const char* text : {"10.0.0.1", "128.0.0.1", "0.0.0.0", "::", "fe80::1", "::ffff:10.0.0.1",
                           "::127.0.0.1", "not an address"}) {
    EXPECT_FALSE(is_loopback(peer(text))) << text;
  }
}

}  // namespace
}  // namespace probes::net
