// Lines that real installations printed; they are kept outside the repository.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "probes/qlist.h"

namespace probes {
namespace {

TEST(QlistCorpus, EveryRealLineIsUnderstood) {
  const std::filesystem::path path = std::filesystem::path{IRIS_SAMPLES_DIR} / "qlist.txt";
  std::ifstream in{path};
  if (!in) GTEST_SKIP() << "no real lines here: '" << path.string() << "' is not there";
  int lines = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    SCOPED_TRACE(line);
    const QlistPoll poll = parse_qlist(line, line.substr(0, line.find('^')));
    ASSERT_TRUE(std::holds_alternative<QlistFacts>(poll));
    const auto& facts = std::get<QlistFacts>(poll);
    EXPECT_NE(facts.state, State::unknown);
    EXPECT_NE(facts.health, Health::unknown);
    EXPECT_EQ(facts.state == State::running, line.find("^running,") != std::string::npos);
    EXPECT_FALSE(facts.version.empty());
    EXPECT_FALSE(facts.since.empty());
    EXPECT_NE(facts.superserver_port, 0);
    ++lines;
  }
  EXPECT_GT(lines, 0);
}

}  // namespace
}  // namespace probes
