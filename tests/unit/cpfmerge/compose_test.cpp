#include "cpfmerge/compose.h"

#include <gtest/gtest.h>

#include "tests/unit/cpfmerge/vectors.h"

namespace cpf {
namespace {

Source source(std::string name, std::string_view text) {
  return {std::move(name), Document::parse(text)};
}

template <class... Sources>
Composition composed(Sources... sources) {
  std::vector<Source> all;
  (all.push_back(std::move(sources)), ...);
  return compose(all);
}

const std::string head = "# composed by cpfmerge; an edit here is lost at the next start\n";

TEST(Compose, ASourceWithoutALastNewlineIsFollowedByTheNext) {
  const auto result = composed(source("a", "[config]\nglobals=0,0,800,0,0,0\ngmheap=256000"),
                               source("b", "[config]\nroutines=64"));
  EXPECT_EQ(result.text, head +
                             "\n[config]\n# from a\nglobals=0,0,800,0,0,0\ngmheap=256000\n"
                             "# from b\nroutines=64\n");
  EXPECT_TRUE(result.warnings.empty());
}

TEST(Compose, EachSectionAndEachParameterAppearsOnceAndTheLastSourceWins) {
  const auto result =
      composed(source("a", "[Config]\nGlobals=1\nx=1\n[Startup]\nSystemMode=LIVE\n"),
               source("b", "[config]\nglobals=2\n[Startup]\nSystemMode=LIVE\n"));
  EXPECT_EQ(result.text, head +
                             "\n[Config]\n# from a\nx=1\n# from b\nGlobals=2\n"
                             "\n[Startup]\n# from b\nSystemMode=LIVE\n");
}

TEST(Compose, ContradictionsNameBothPlacesAndNoValue) {
  const auto result =
      composed(source("a", "[config]\nglobals=111\n"), source("b", "\n[config]\nglobals=222\n"));
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(render(result.warnings[0]),
            "b:3:1: warning: [config] globals has another value in a:2; the last source counts");
}

TEST(Compose, ActionsComeLastInTheOrderOfTheSources) {
  const auto result = composed(
      source("a", "[Actions]\nCreateNamespace:Name=A\nExecute:X=\"1 ; 2\" ; why\n[config]\na=1\n"),
      source("b", "[actions]\nCreateNamespace:Name=B\n"));
  EXPECT_EQ(result.text, head +
                             "\n[config]\n# from a\na=1\n\n[Actions]\n# from a\n"
                             "CreateNamespace:Name=A\nExecute:X=\"1 ; 2\"\n"
                             "# from b\nCreateNamespace:Name=B\n");
}

TEST(Compose, ActionsThatAreDoneAreLeftOut) {
  std::vector<Source> sources;
  sources.push_back(
      source("a", "[Actions]\nCreateNamespace:Name=A\nModifyUser:Name=B,Enabled=1\n"));
  const auto all = compose(sources);
  EXPECT_EQ(all.new_actions, 2U);
  EXPECT_EQ(all.actions, actions_in(sources[0].document));
  sources.push_back(source("b", "[Actions]\nModifyUser:Name=B,Enabled=0\n"));
  const auto result = compose(sources, all.actions);
  EXPECT_EQ(result.text, head + "\n[Actions]\n# from b\nModifyUser:Name=B,Enabled=0\n");
  EXPECT_EQ(result.new_actions, 1U);
  EXPECT_EQ(result.actions.size(), 3U);
  EXPECT_EQ(compose(sources, result.actions).text, head);
}

TEST(Compose, NamedItemsAreMergedLikeParameters) {
  const auto result = composed(
      source("a", "[ECPServers]\nIRIS-0=host,1972,1\n[Map.USER]\nGlobal_a=X\nGlobal_A=Y\n"),
      source("b", "[ECPServers]\nIRIS-0=other,1972,1\n"));
  EXPECT_EQ(result.text, head +
                             "\n[ECPServers]\n# from b\nIRIS-0=other,1972,1\n"
                             "\n[Map.USER]\n# from a\nGlobal_a=X\nGlobal_A=Y\n");
}

TEST(Compose, ThePasswordIsASourceLikeAnyOther) {
  const std::string hash = vectors::sha512_value();
  const auto result = composed(source("a", "[Startup]\nPasswordHash=x,y\nWebServer=1\n"),
                               password_source("/run/secrets/password", hash));
  EXPECT_EQ(result.text, head +
                             "\n[Startup]\n# from a\nWebServer=1\n# from /run/secrets/password\n"
                             "PasswordHash=" +
                             hash + "\n");
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(message(result.warnings[0]).find(hash.substr(0, 8)), std::string::npos);
}

TEST(Compose, SourceNamesCannotBreakOutOfTheirComment) {
  const auto result = composed(source("a\n[evil]\nx=1", "[config]\na=1\n"));
  EXPECT_EQ(result.text, head + "\n[config]\n# from a?[evil]?x=1\na=1\n");
}

TEST(Compose, WhatIsComposedIsReadBackAsItWas) {
  const auto result =
      composed(source("a", "[SQL]\nIdTrxFrom=~ `!@#$%^&*()_+-=[]\\{}|;':\",./<>?\nx= 1\ny=\"\"\n"));
  const auto again = Document::parse(result.text);
  EXPECT_EQ(again.get("SQL", "IdTrxFrom"), "~ `!@#$%^&*()_+-=[]\\{}|;':\",./<>?");
  EXPECT_EQ(again.get("SQL", "x"), " 1");
  EXPECT_EQ(again.get("SQL", "y"), "\"\"");
}

TEST(PasswordsIn, TellsStartupFromActions) {
  const auto in = [](std::string_view text) {
    const Passwords found = passwords_in(Document::parse(text));
    return std::pair{found.startup, found.actions};
  };
  EXPECT_EQ(in("[Startup]\nPasswordHash=a,b\n"), std::pair(true, false));
  EXPECT_EQ(in("[Startup]\nPasswordHash=\n"), std::pair(false, false));
  EXPECT_EQ(in("[Startup]\nPasswordHash=\"\"\n"), std::pair(false, false));
  EXPECT_EQ(in("[Startup]\n# PasswordHash=a,b\n"), std::pair(false, false));
  EXPECT_EQ(in("[Actions]\nModifyUser:Name=A,PasswordHash=a,b\n"), std::pair(false, true));
}

}  // namespace
}  // namespace cpf
