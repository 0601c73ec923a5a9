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
  EXPECT_NE(message(checked("[Actions]\nCreateDatabse:Name=x\n")[0]).find("'CreateDatabase'"),
            std::string::npos);
  EXPECT_EQ(places("[Actions]\nDeleteApplication:/csp\nCreateRole:MyRole\n"), "3:12 warning ");
}

TEST(Check, MalformedPasswordHashIsAnErrorWhereverItStands) {
  const std::string good = vectors::sha512_value();
  EXPECT_EQ(places("[Startup]\nPasswordHash=" + good + "\n"), "");
  EXPECT_EQ(places("[startup]\npasswordhash=a,b,1000\n"), "2:14 error ");
  EXPECT_EQ(places("[Actions]\nModifyUser:Name=A,PasswordHash=" + good + "\n"), "");
  EXPECT_EQ(places("[Actions]\nModifyUser:Name=A,PasswordHash=a,b,1000\n"), "2:32 error ");
  EXPECT_EQ(places("[Namespaces]\nPasswordHash=whatever\n"), "");
}

TEST(Check, UnknownSectionsAreWarningsWithTheNearestName) {
  const auto found = checked("[Confg]\n[Datbases]\n[CONFIG]\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].severity, Severity::warning);
  EXPECT_EQ(message(found[0]), "section 'Confg' is not known; did you mean 'config'?");
  EXPECT_EQ(message(found[1]), "section 'Datbases' is not known; did you mean 'Databases'?");
}

TEST(Check, UnknownParametersAreWarningsWithTheNearestName) {
  const auto found = checked("[config]\ngmhep=256000\n[Databases]\nANYTHING=/x\n[SQL]\nqqq=1\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(render(found[0]),
            "f.cpf:2:1: warning: [config] gmhep is not known; did you mean 'gmheap'?");
  EXPECT_EQ(message(found[1]), "[SQL] qqq is not known");
}

TEST(Check, AValueThatASourceRulesOutIsAWarningWithWhatIsExpected) {
  const auto found = checked(
      "[config]\nglobals=0,0,800\ngmheap=2000MB\n[Startup]\nWebServer=yes\nShutdownTimeout=60\n"
      "SystemMode=" +
      std::string(40, 'X') + "\n[Logging]\nLevel=LOUD\nInterval=0.001\n");
  std::string all;
  for (const Diagnostic& diagnostic : found)
    all += render(diagnostic) + "\n";
  EXPECT_EQ(all,
            "f.cpf:2:9: warning: [config] globals is '0,0,800'; expected 6 whole number(s) between "
            "commas, each 0 or more (MB)\n"
            "f.cpf:3:8: warning: [config] gmheap is '2000MB'; expected a whole number, 16384 to "
            "1073741760 (KB), or 0\n"
            "f.cpf:5:11: warning: [Startup] WebServer is 'yes'; expected 0 or 1\n"
            "f.cpf:6:17: warning: [Startup] ShutdownTimeout is '60'; expected a whole number, 120 "
            "to 100000 (s)\n"
            "f.cpf:7:12: warning: [Startup] SystemMode is a value of 40 bytes; expected at most 32 "
            "bytes\n"
            "f.cpf:9:7: warning: [Logging] Level is 'LOUD'; expected one of DEBUG2, DEBUG, INFO, "
            "WARN, SEVERE, FATAL\n"
            "f.cpf:10:10: warning: [Logging] Interval is '0.001'; expected a number, 0.01 to "
            "3600.00 (s)\n");
}

TEST(Check, AnEmptyValueAsksForTheDefault) {
  EXPECT_EQ(places("[config]\ngmheap=\nglobals=\"\"\n[Startup]\nWebServer=\n"), "");
}

TEST(Check, AnOperationWithoutWhatItNeedsIsAWarning) {
  const auto found = checked("[Actions]\nCreateDatabase:Name=A\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(message(found[0]), "CreateDatabase without Directory; expected 'Directory=…' in it");
}

TEST(Check, ActionsInIrissOwnCpfAreAnError) {
  const Document document = Document::parse("[config]\nglobals=0,0,0,0,0,0\n[Actions]\n");
  EXPECT_TRUE(check("f.cpf", document).empty());
  const auto found = check("f.cpf", document, FileKind::active);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, Severity::error);
  EXPECT_EQ(found[0].rule, Rule::actions_in_cpf);
}

TEST(Check, RepeatedParametersAreWarningsOnlyWhenTheirValuesDiffer) {
  EXPECT_EQ(places("[Databases]\na=1\n[x]\n[databases]\nA=1\n"), "3:2 warning ");
  const auto found = checked("[Databases]\na=1\n[DATABASES]\nA=2\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(render(found[0]),
            "f.cpf:4:1: warning: [DATABASES] A has another value in line 2; the last one counts");
}

TEST(Check, ACommentOverSeveralLinesIsOneWarning) {
  EXPECT_EQ(places("[Databases]\n/* a\nb\n*/\nx=1\n"), "2:1 warning ");
}

TEST(Check, MessagesNeverShowValues) {
  const std::string wrapped = "[Startup]\nPasswordHash=" + std::string(64, 'a') + "\n" +
                              std::string(64, 'b') + ",topsecret,10000,SHA512\n" +
                              "[Actions]\ntopsecret\nModifyUser:PasswordHash=\"topsecret\n" +
                              "topsecret topsecret:x\n[Databases]\na=topsecret\na=topsecret2\n";
  for (const Diagnostic& diagnostic : checked(wrapped)) {
    EXPECT_EQ(message(diagnostic).find("topsecret"), std::string::npos) << message(diagnostic);
    EXPECT_EQ(message(diagnostic).find("bbbb"), std::string::npos) << message(diagnostic);
    EXPECT_EQ(message(diagnostic).find("aaaa"), std::string::npos) << message(diagnostic);
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
