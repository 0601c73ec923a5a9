#include "cpfmerge/read_back.h"

#include <gtest/gtest.h>

namespace cpf {
namespace {

std::string shown(std::string_view wanted, std::string_view active,
                  std::string_view started = "none") {
  const Document before = Document::parse(started);
  std::string out;
  for (const ReadParameter& read : read_back(Document::parse(wanted), Document::parse(active),
                                             started == "none" ? nullptr : &before)) {
    out += read.name;
    out += read.state == ReadState::in_cpf    ? " in"
           : read.state == ReadState::differs ? " differs"
                                              : " next";
    if (!read.wanted.empty()) out += " " + read.wanted + "|" + read.found;
    out += ";";
  }
  return out;
}

TEST(ReadBack, TellsForEachParameterWhetherIrisHasIt) {
  EXPECT_EQ(shown("[config]\ngmheap=1\nroutines=2\n[Startup]\nSystemMode=LIVE\n",
                  "[config]\ngmheap=1\nroutines=3\n"),
            "gmheap in 1|1;routines differs 2|3;SystemMode differs;");
}

TEST(ReadBack, WhatIrisHadNotAtItsStartWaitsForTheNextOneIfItMust) {
  const std::string_view now = "[config]\ngmheap=2\nlocksiz=0\n";
  EXPECT_EQ(shown(now, now, "[config]\ngmheap=1\nlocksiz=65536\n"),
            "gmheap next 2|2;locksiz in 0|0;");
  EXPECT_EQ(shown(now, now, now), "gmheap in 2|2;locksiz in 0|0;");
  EXPECT_EQ(shown(now, now), "gmheap in 2|2;locksiz in 0|0;");
}

TEST(ReadBack, QuotesAndASlashBehindADirectoryMakeNoDifference) {
  EXPECT_EQ(shown("[Journal]\nCurrentDirectory=/j\nJournalFilePrefix=\"\"\n",
                  "[Journal]\nCurrentDirectory=/j/\nJournalFilePrefix=\n"),
            "CurrentDirectory in;JournalFilePrefix in;");
}

TEST(ReadBack, ShowsNoValueThatMayBeASecret) {
  EXPECT_EQ(shown("[Startup]\nPasswordHash=topsecret\nLicenseID=topsecret\n", ""),
            "PasswordHash differs;LicenseID differs;");
}

TEST(ReadBack, TheLastOfRepeatedParametersIsWanted) {
  EXPECT_EQ(shown("[config]\ngmheap=1\ngmheap=2\n", "[config]\ngmheap=2\n"), "gmheap in 2|2;");
}

TEST(ChangedParameters, AreThoseThatAreNewOrOtherwise) {
  const auto changed =
      changed_parameters(Document::parse("[config]\na=1\nb=1\n"),
                         Document::parse("[config]\na=1\nb=2\nc=1\n[Actions]\nX:Y=1\n"));
  EXPECT_EQ(changed, (std::vector<std::string>{"[config] b", "[config] c"}));
}

}  // namespace
}  // namespace cpf
