// Real files, where they are at hand: IRIS_SAMPLES_DIR/{merge,cpf}/*.cpf and
// passwordhash-pairs.txt.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "cpfmerge/check.h"
#include "cpfmerge/merge.h"
#include "cpfmerge/password_hash.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

namespace fs = std::filesystem;
const fs::path samples{IRIS_SAMPLES_DIR};

std::string contents(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<fs::path> cpf_files(const char* folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{samples / folder, error})
    if (entry.path().extension() == ".cpf") files.push_back(entry.path());
  return files;
}

class Corpus : public testing::Test {
 protected:
  void SetUp() override {
    if (cpf_files("merge").empty())
      GTEST_SKIP() << "no real merge files in '" << samples.string() << "'";
  }
};

TEST_F(Corpus, EveryRealFileIsGivenBackByteForByte) {
  for (const auto* const folder : {"merge", "cpf"})
    for (const fs::path& file : cpf_files(folder))
      EXPECT_EQ(Document::parse(contents(file)).text(), contents(file)) << file;
}

TEST_F(Corpus, NoRealFileHasAnError) {
  for (const auto* const folder : {"merge", "cpf"})
    for (const fs::path& file : cpf_files(folder))
      for (const Diagnostic& found :
           check(file.filename().string(), Document::parse(contents(file))))
        EXPECT_NE(found.severity, Severity::error) << render(found);
}

TEST_F(Corpus, EveryRealMergeFileMergesIntoEveryRealCpfOnce) {
  for (const fs::path& base : cpf_files("cpf"))
    for (const fs::path& file : cpf_files("merge")) {
      const Document overlay = Document::parse(contents(file));
      Document once = Document::parse(contents(base));
      merge(once, overlay);
      Document twice = Document::parse(once.text());
      EXPECT_TRUE(merge(twice, overlay).empty()) << file;
      EXPECT_EQ(twice.text(), once.text()) << file;
    }
}

TEST_F(Corpus, EveryPairOfPasswordAndHashVerifies) {
  const std::string text = contents(samples / "passwordhash-pairs.txt");
  if (text.empty()) GTEST_SKIP() << "no passwordhash-pairs.txt in '" << samples.string() << "'";
  int verified = 0;
  for (const std::string_view line : sup::lines_of(text)) {
    if (line.starts_with('#')) continue;
    const auto fields = sup::split(line, '\t');
    ASSERT_GE(fields.size(), 3U);
    const auto hash = parse_password_hash(fields[1]);
    ASSERT_TRUE(hash) << fields[1];
    if (fields[2].find("verified") == std::string_view::npos) continue;
    ++verified;
    EXPECT_TRUE(verify(fields[0], *hash)) << fields[1];
    EXPECT_FALSE(verify("not it", *hash)) << fields[1];
  }
  EXPECT_EQ(verified, 5);
}

}  // namespace
}  // namespace cpf
