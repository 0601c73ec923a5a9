#include "cpfmerge/check.h"

#include <gtest/gtest.h>

#include "tests/unit/cpfmerge/vectors.h"

namespace cpf {
namespace {

std::vector<Diagnostic> checked(std::string_view text) {
  return check("f.cpf", Document::parse(text));
}

/// `line:column severity`, in order.
std::string places(std::string_view text) {
  std::string out;
  for (const Diagnostic& d : checked(text))
    out += std::to_string(d.line) + ":" + std::to_string(d.column) +
           (d.severity == Severity::error ? " error " : " warning ");
  return out;
}

TEST(Check, AFileThatWorksHasNoDiagnostics) {
  EXPECT_EQ(places("[config]\nglobals=0,0,800,0,0,0\ngmheap=256000"), "");
  EXPECT_EQ(places("# note\n[Journal]    \r\nCurrentDirectory=/j\n\n[Map.%SYS]\nGlobal_a=USER\n"),
            "");
  EXPECT_EQ(places("[Startup]\nPasswordHash=\n"), "");
  EXPECT_EQ(places("[Startup]\nPasswordHash=\"\"\n"), "");
}

TEST(Check, BrokenSyntaxIsAnErrorWithItsPlace) {
  EXPECT_EQ(places("[config\nglobals=1\n"), "1:1 error 2:1 error ");
  EXPECT_EQ(places("[config] x\n"), "1:1 error ");
  EXPECT_EQ(places("[]\n"), "1:1 error ");
  EXPECT_EQ(places("[config]\n  globals\n=1\n"), "2:3 error 3:1 error ");
  EXPECT_EQ(places("globals=1\n[config]\n"), "1:1 error ");
}

TEST(Check, MalformedActionsAreErrorsAndUnknownOperationsWarnings) {
  EXPECT_EQ(places("[Actions]\nCreateDatabase\n"), "2:1 error ");
  EXPECT_EQ(places("[Actions]\nExecute:A=\"b\n"), "2:11 error ");
  EXPECT_EQ(places("[Actions]\nCreateDatabse:Name=x\n"), "2:1 warning ");
  EXPECT_NE(checked("[Actions]\nCreateDatabse:Name=x\n")[0].message.find("'CreateDatabase'"),
            std::string::npos);
  EXPECT_EQ(places("[Actions]\nDeleteApplication:/csp\nCreateRole:MyRole\n"), "3:12 warning ");
}

TEST(Check, MalformedPasswordHashIsAnErrorWhereverItStands) {
  const std::string good = vectors::sha512_value();
  EXPECT_EQ(places("[Startup]\nPasswordHash=" + good + "\n"), "");
  EXPECT_EQ(places("[startup]\npasswordhash=a,b,1000\n"), "2:14 error ");
  EXPECT_EQ(places("[Actions]\nModifyUser:Name=A,PasswordHash=" + good + "\n"), "");
  EXPECT_EQ(places("[Actions]\nModifyUser:Name=A,PasswordHash=a,b,1000\n"), "2:32 error ");
  EXPECT_EQ(places("[config]\nPasswordHash=whatever\n"), "");
}

TEST(Check, UnknownSectionsAreWarningsWithTheNearestName) {
  const auto found = checked("[Confg]\n[Datbases]\n[CONFIG]\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].severity, Severity::warning);
  EXPECT_EQ(found[0].message, "section 'Confg' is not known; did you mean 'config'?");
  EXPECT_EQ(found[1].message, "section 'Datbases' is not known; did you mean 'Databases'?");
}

TEST(Check, RepeatedParametersAreWarningsOnlyWhenTheirValuesDiffer) {
  EXPECT_EQ(places("[config]\na=1\n[x]\n[Config]\nA=1\n"), "3:2 warning ");
  const auto found = checked("[config]\na=1\n[Config]\nA=2\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(render(found[0]),
            "f.cpf:4:1: warning: [Config] A has another value in line 2; the last one counts");
}

TEST(Check, ACommentOverSeveralLinesIsOneWarning) {
  EXPECT_EQ(places("[config]\n/* a\nb\n*/\nx=1\n"), "2:1 warning ");
}

TEST(Check, MessagesNeverShowValues) {
  const std::string wrapped = "[Startup]\nPasswordHash=" + std::string(64, 'a') + "\n" +
                              std::string(64, 'b') + ",topsecret,10000,SHA512\n" +
                              "[Actions]\ntopsecret\nModifyUser:PasswordHash=\"topsecret\n" +
                              "topsecret topsecret:x\n[config]\na=topsecret\na=topsecret2\n";
  for (const Diagnostic& diagnostic : checked(wrapped)) {
    EXPECT_EQ(diagnostic.message.find("topsecret"), std::string::npos) << diagnostic.message;
    EXPECT_EQ(diagnostic.message.find("bbbb"), std::string::npos) << diagnostic.message;
    EXPECT_EQ(diagnostic.message.find("aaaa"), std::string::npos) << diagnostic.message;
  }
}

TEST(Check, StopsAfterAHundredOfASeverity) {
  std::string text = "[config]\n";
  for (int i = 0; i < 500; ++i)
    text += "garbage\n";
  const auto found = checked(text + "[nonsense]\n");
  EXPECT_EQ(found.size(), 101U);
  EXPECT_EQ(found.back().severity, Severity::warning);
}

}  // namespace
}  // namespace cpf
