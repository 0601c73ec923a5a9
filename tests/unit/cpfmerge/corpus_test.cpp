// Real files, where they are at hand: IRIS_SAMPLES_DIR/{merge,cpf}/*.cpf and
// passwordhash-pairs.txt. Every warning that one of them gets is justified in a table here.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "cpfmerge/check.h"
#include "cpfmerge/merge.h"
#include "cpfmerge/model.h"
#include "cpfmerge/names.h"
#include "cpfmerge/password_hash.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

namespace fs = std::filesystem;

fs::path samples() {
  const char* const named = std::getenv("IRIS_SAMPLES_DIR");
  return named != nullptr ? named : IRIS_SAMPLES_DIR;
}

std::string contents(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A CPF; or the one that `kubectl describe configmap` shows, between its heads and tails.
std::string cpf_of(const fs::path& file) {
  const std::string text = contents(file);
  if (file.extension() != ".txt") return text;
  const std::size_t begin = text.find("----\n");
  return begin == std::string::npos ? ""
                                    : text.substr(begin + 5, text.find("\nBinaryData") - begin - 5);
}

std::vector<fs::path> cpf_files(const char* folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{samples() / folder, error})
    if (entry.path().extension() == ".cpf" || entry.path().extension() == ".txt")
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> all_files() {
  std::vector<fs::path> files = cpf_files("merge");
  for (fs::path& file : cpf_files("cpf"))
    files.push_back(std::move(file));
  return files;
}

class Corpus : public testing::Test {
 protected:
  void SetUp() override {
    if (cpf_files("merge").empty())
      GTEST_SKIP() << "no real merge files in '" << samples().string() << "'";
  }
};

/// A warning that a real file gets, and why it is right to give it.
struct Justified {
  std::string_view file;
  std::size_t line = 0;
  Rule rule = Rule::value;
  std::string_view why;
};
constexpr std::array<Justified, 0> justified{};  // none gets any

bool is_justified(std::string_view file, const Diagnostic& found) {
  return std::any_of(justified.begin(), justified.end(), [&](const Justified& entry) {
    return entry.file == file && entry.line == found.line && entry.rule == found.rule;
  });
}

TEST_F(Corpus, EveryRealFileIsGivenBackByteForByte) {
  for (const fs::path& file : all_files())
    EXPECT_EQ(Document::parse(cpf_of(file)).text(), cpf_of(file)) << file;
}

TEST_F(Corpus, NoRealFileHasAnErrorAndEachWarningIsJustified) {
  std::printf("%-72s %6s %7s %9s\n", "file", "lines", "errors", "warnings");
  for (const fs::path& file : all_files()) {
    const std::string name = file.filename().string();
    const Document document = Document::parse(cpf_of(file));
    const auto kind = file.parent_path().filename() == "cpf" ? FileKind::active : FileKind::merge;
    const auto found = check(name, document, kind);
    const auto errors = std::count_if(found.begin(), found.end(), [](const Diagnostic& d) {
      return d.severity == Severity::error;
    });
    std::printf("%-72s %6zu %7td %9td\n", name.c_str(), document.lines().size(), errors,
                static_cast<std::ptrdiff_t>(found.size()) - errors);
    EXPECT_EQ(errors, 0) << name;
    for (const Diagnostic& diagnostic : found)
      EXPECT_TRUE(is_justified(name, diagnostic)) << render(diagnostic);
  }
}

TEST_F(Corpus, EveryParameterOfTheCompleteCpfsIsInTheModel) {
  for (const fs::path& file : cpf_files("cpf")) {
    std::string section;
    const Document document = Document::parse(cpf_of(file));
    for (const Line& line : document.lines()) {
      if (line.kind == LineKind::section) section = line.name();
      if (line.kind != LineKind::setting) continue;
      const SectionModel* const model = find_section(section);
      ASSERT_NE(model, nullptr) << section;
      if (!model->items) {
        EXPECT_NE(find_parameter(*model, line.name()), nullptr) << section << " " << line.name();
      }
    }
  }
}

TEST_F(Corpus, SectionsStandInTheOrderOfTheModel) {
  for (const fs::path& file : cpf_files("cpf")) {
    std::size_t last = 0;
    const Document document = Document::parse(cpf_of(file));
    for (const Line& line : document.lines()) {
      if (line.kind != LineKind::section) continue;
      EXPECT_LE(last, rank_of_section(line.name())) << file << " " << line.name();
      last = rank_of_section(line.name());
    }
  }
}

TEST_F(Corpus, EveryRealMergeFileMergesIntoEveryRealCpfOnce) {
  for (const fs::path& base : cpf_files("cpf"))
    for (const fs::path& file : cpf_files("merge")) {
      const Document overlay = Document::parse(cpf_of(file));
      Document once = Document::parse(cpf_of(base));
      merge(once, overlay);
      Document twice = Document::parse(once.text());
      EXPECT_TRUE(merge(twice, overlay).empty()) << file;
      EXPECT_EQ(twice.text(), once.text()) << file;
    }
}

TEST_F(Corpus, EveryPairOfPasswordAndHashVerifies) {
  const std::string text = contents(samples() / "passwordhash-pairs.txt");
  if (text.empty()) GTEST_SKIP() << "no passwordhash-pairs.txt in '" << samples().string() << "'";
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
