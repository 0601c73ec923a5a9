#include "supervisor/core/control_protocol.h"

#include <gtest/gtest.h>

namespace sup::control {
namespace {

std::string problem_with_request(std::string_view line) {
  const auto request = decode_request(line);
  return request ? std::string{} : request.error().what;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(ControlProtocol, RequestComesBackAsItWas) {
  const Request sent{.verb = "thaw",
                     .owner = "a \"b\" ü",
                     .token = "t",
                     .probe = "live",
                     .reason = "repair",
                     .length = minutes(30),
                     .lease = seconds(90),
                     .timeout = never,
                     .force = true,
                     .foreign = true,
                     .now = true};
  const std::string line = encode(sent);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto got = decode_request(line);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->verb, sent.verb);
  EXPECT_EQ(got->owner, sent.owner);
  EXPECT_EQ(got->token, sent.token);
  EXPECT_EQ(got->probe, sent.probe);
  EXPECT_EQ(got->reason, sent.reason);
  EXPECT_EQ(got->length, sent.length);
  EXPECT_EQ(got->lease, sent.lease);
  EXPECT_EQ(got->timeout, sent.timeout);
  EXPECT_TRUE(got->force);
  EXPECT_TRUE(got->foreign);
  EXPECT_TRUE(got->now);
}

TEST(ControlProtocol, WhatARequestLeavesOutHasItsDefault) {
  const auto got = decode_request(R"({"version":1,"verb":"status","owner":null})");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->owner, "");
  EXPECT_EQ(got->lease, 0);
  EXPECT_FALSE(got->force);
}

TEST(ControlProtocol, UnknownFieldsAreIgnored) {
  const auto got = decode_request(R"({"version":1,"verb":"status","colour":["red"]})");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->verb, "status");
}

TEST(ControlProtocol, AnotherVersionIsRefusedByName) {
  const std::string problem = problem_with_request(R"({"version":2,"verb":"status"})");
  EXPECT_NE(problem.find("version 2"), std::string::npos) << problem;
  EXPECT_NE(problem.find("version 1 only"), std::string::npos) << problem;
  EXPECT_EQ(problem_with_request(R"({"verb":"status"})"), "the message has no 'version'");
}

TEST(ControlProtocol, WhatIsNoMessageIsRefused) {
  for (const std::string_view line :
       {"", "\n", "{", "[]", "7", "null", "\"x\"", "{\"version\":1}{}", "{\"version\":1} x"})
    EXPECT_EQ(problem_with_request(line), "the message is not a JSON object on one line") << line;
}

TEST(ControlProtocol, AFieldOfTheWrongTypeIsNamed) {
  EXPECT_EQ(problem_with_request(R"({"version":"1","verb":"x"})"),
            "'version' must be a whole number");
  EXPECT_EQ(problem_with_request(R"({"version":1})"), "the message has no 'verb'");
  EXPECT_EQ(problem_with_request(R"({"version":1,"verb":7})"), "'verb' must be a text");
  EXPECT_EQ(problem_with_request(R"({"version":1,"verb":"x","force":1})"),
            "'force' must be true or false");
  EXPECT_EQ(problem_with_request(R"({"version":1,"verb":"x","lease_ns":1.5})"),
            "'lease_ns' must be a whole number");
  EXPECT_EQ(problem_with_request(R"({"version":1,"verb":"x","lease_ns":-1})"),
            "'lease_ns' is out of range");
  EXPECT_EQ(problem_with_request(R"({"version":1,"verb":"x","timeout_ns":18446744073709551615})"),
            "'timeout_ns' is out of range");
}

TEST(ControlProtocol, ALongLineAndADeepOneAreRefused) {
  const std::string padding(max_message, ' ');
  EXPECT_EQ(problem_with_request(R"({"version":1,"verb":"x"})" + padding),
            "the message is longer than 65536 bytes");
  for (const std::size_t depth : {40UL, 1000UL, 30000UL})
    EXPECT_NE(problem_with_request(R"({"version":1,"verb":"x","y":)" + nested(depth) + "}"), "");
  EXPECT_EQ(problem_with_request(R"({"version":1,"verb":"x","y":)" + nested(20) + "}"), "");
}

TEST(ControlProtocol, BytesThatAreNotUtf8DoNotBreakAMessage) {
  const auto got = decode_request(encode(Request{.verb = "freeze", .owner = "a\xff"}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->owner, "a\xef\xbf\xbd");
}

TEST(ControlProtocol, ReplyComesBackWithItsDataOnOneLine) {
  const std::string line = encode(Reply{.code = not_held,
                                        .text = "did not hold\nreally",
                                        .data = "{\n  \"held\": false,\n  \"n\": [1, 2]\n}\n"});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto got = decode_reply(line);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->code, not_held);
  EXPECT_EQ(got->text, "did not hold\nreally");
  EXPECT_EQ(got->data, R"({"held":false,"n":[1,2]})");
}

TEST(ControlProtocol, DataThatIsNoObjectIsLeftOut) {
  for (const std::string& data :
       {std::string{}, std::string{"[1]"}, std::string{"{"}, "{\"a\":" + nested(30000) + "}"}) {
    const auto got = decode_reply(encode(Reply{.code = done, .text = "x", .data = data}));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->data, "{}");
  }
}

TEST(ControlProtocol, AReplyWithoutACodeIsNoSuccess) {
  const auto got = decode_reply(R"({"version":1})");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->code, failed);
  EXPECT_EQ(got->data, "{}");
  EXPECT_FALSE(decode_reply(R"({"version":1,"code":256})"));
  EXPECT_FALSE(decode_reply(R"({"version":1,"data":[]})"));
}

TEST(ControlProtocol, ATooLongReplyLosesItsOldestEventsFirst) {
  std::string events;
  for (int i = 0; i < 1000; ++i)
    events += (i == 0 ? "" : ",") + std::string{R"({"event":"e","message":")"} +
              std::string(100, 'x') + std::to_string(i) + "\"}";
  const std::string line = encode(
      Reply{.code = done, .text = "x", .data = R"({"merge":{"a":1},"events":[)" + events + "]}"});
  EXPECT_LE(line.size(), max_message);
  const auto got = decode_reply(line);
  ASSERT_TRUE(got);
  EXPECT_NE(got->data.find("x999\""), std::string::npos);
  EXPECT_EQ(got->data.find("x0\""), std::string::npos);
  EXPECT_NE(got->data.find(R"("merge":{"a":1})"), std::string::npos);
  EXPECT_NE(got->data.find(R"("cut":true)"), std::string::npos);
}

TEST(ControlProtocol, ATooLongReplyThenLosesTheMergeAndThenAll) {
  const std::string big(max_message, 'x');
  const auto without_merge = decode_reply(
      encode(Reply{.code = done, .text = "t", .data = R"({"a":1,"merge":{"b":")" + big + "\"}}"}));
  ASSERT_TRUE(without_merge);
  EXPECT_EQ(without_merge->data, R"({"a":1,"merge":null,"cut":true})");
  const auto nothing =
      decode_reply(encode(Reply{.code = refused, .text = big, .data = "{\"a\":\"" + big + "\"}"}));
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->code, refused);
  EXPECT_EQ(nothing->data, R"({"cut":true})");
}

}  // namespace
}  // namespace sup::control
