#include "probes/listen_address.h"

#include <gtest/gtest.h>

namespace probes {
namespace {

TEST(ListenAddress, TheThreeFormsAreRead) {
  EXPECT_EQ(*parse_listen_address("[::]:8008"), (ListenAddress{"::", 8008}));
  EXPECT_EQ(*parse_listen_address("127.0.0.1:0"), (ListenAddress{"127.0.0.1", 0}));
  EXPECT_EQ(*parse_listen_address(":9000"), (ListenAddress{"::", 9000}));
}

TEST(ListenAddress, EveryNumericAddressIsRead) {
  for (const std::string_view text :
       {"[::1]:1", "[fe80::1:2]:1", "[1:2:3:4:5:6:7:8]:1", "[::ffff:127.0.0.1]:1",
        "[1:2:3:4:5:6:7::]:1", "0.0.0.0:65535", "255.255.255.255:1"}) {
    SCOPED_TRACE(text);
    EXPECT_TRUE(parse_listen_address(text));
  }
}

TEST(ListenAddress, WhatItReadsItWritesAgain) {
  for (const std::string_view text : {"[::]:8008", "127.0.0.1:0", "[fe80::1]:80"}) {
    const auto address = parse_listen_address(text);
    ASSERT_TRUE(address);
    EXPECT_EQ(to_text(*address), text);
  }
}

TEST(ListenAddress, AnythingElseIsRefusedAndTheErrorNamesWhatIsAllowed) {
  for (const std::string_view text : {"",
                                      "8008",
                                      ":",
                                      "localhost:8008",
                                      "[::]",
                                      "[::]:",
                                      "[::]:65536",
                                      "[::]:-1",
                                      "[::]:8x",
                                      "::1:8008",
                                      "[127.0.0.1]:1",
                                      "1.2.3:1",
                                      "1.2.3.256:1",
                                      "01.2.3.4:1",
                                      "[1::2::3]:1",
                                      "[1:2:3]:1",
                                      "[12345::]:1",
                                      "[1:2:3:4:5:6:7:8::]:1",
                                      "[1.2.3.4::]:1",
                                      "[:::]:1",
                                      "[]:1",
                                      "[::]8008",
                                      " :8008",
                                      "[::%eth0]:1"}) {
    SCOPED_TRACE(text);
    const auto address = parse_listen_address(text);
    ASSERT_FALSE(address);
    EXPECT_NE(address.error().what.find("'[::]:8008', '127.0.0.1:8008' or ':8008'"),
              std::string::npos);
  }
  EXPECT_FALSE(parse_listen_address(std::string(100, '0') + "127.0.0.1:1"));
}

}  // namespace
}  // namespace probes
