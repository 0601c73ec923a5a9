#include "cpfmerge/actions.h"

#include <gtest/gtest.h>

namespace cpf {
namespace {

std::string shown(std::string_view text) {
  const ParsedAction parsed = parse_action(text);
  if (!parsed.problem.empty()) return "problem at " + std::to_string(parsed.offset);
  std::string out{parsed.action.operation};
  for (const Property& property : parsed.action.properties)
    out.append(" <").append(property.name).append("|").append(property.value).append(">");
  return out;
}

TEST(Actions, PropertiesAreSeparatedByCommas) {
  EXPECT_EQ(shown("CreateDatabase:Name=APP,Directory=/d/APP"),
            "CreateDatabase <Name|APP> <Directory|/d/APP>");
  EXPECT_EQ(shown("ModifyService:Name=%Service_CallIn, Enabled=1 ,AutheEnabled=48"),
            "ModifyService <Name|%Service_CallIn> <Enabled|1> <AutheEnabled|48>");
}

TEST(Actions, QuotedValuesMayHoldCommasEqualsSignsAndQuotes) {
  EXPECT_EQ(shown(R"(ConfigMirror:Name=M,Map="primary,backup",X="a=b,C=d",Y="say ""hi""")"),
            R"(ConfigMirror <Name|M> <Map|primary,backup> <X|a=b,C=d> <Y|say "hi">)");
  EXPECT_EQ(shown("CreateMapGlobal:Name=\"g(1):(101)\",Database=A"),
            "CreateMapGlobal <Name|g(1):(101)> <Database|A>");
}

TEST(Actions, ACommaWithoutANameBehindItBelongsToTheValue) {
  EXPECT_EQ(shown("ModifyUser:Name=SuperUser,PasswordHash=ab,cd,10000,SHA512"),
            "ModifyUser <Name|SuperUser> <PasswordHash|ab,cd,10000,SHA512>");
  EXPECT_EQ(shown("ModifyUser:PasswordHash=ab,cd,10000,SHA512,Name=SuperUser"),
            "ModifyUser <PasswordHash|ab,cd,10000,SHA512> <Name|SuperUser>");
}

TEST(Actions, AValueMayStandWithoutAName) {
  EXPECT_EQ(shown("DeleteApplication:/csp/user"), "DeleteApplication <|/csp/user>");
}

TEST(Actions, PropertiesKnowWhereTheirValueIs) {
  const auto parsed = parse_action("ModifyUser:Name=A,PasswordHash=x");
  ASSERT_EQ(parsed.action.properties.size(), 2U);
  EXPECT_EQ(parsed.action.properties[1].offset, 31U);
}

TEST(Actions, MalformedLinesSayWhere) {
  EXPECT_EQ(shown("CreateDatabase"), "problem at 0");
  EXPECT_EQ(shown(":Name=x"), "problem at 0");
  EXPECT_EQ(shown("Create Database:Name=x"), "problem at 0");
  EXPECT_EQ(shown("Execute:  "), "problem at 10");
  EXPECT_EQ(shown("Execute:Namespace=\"%SYS"), "problem at 18");
}

}  // namespace
}  // namespace cpf
