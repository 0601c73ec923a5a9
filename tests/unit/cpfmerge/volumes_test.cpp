// Which directories an iris.cpf names for what must be copied together.
#include "cpfmerge/volumes.h"

#include <gtest/gtest.h>

namespace cpf {
namespace {

std::string listed(const std::string& cpf) {
  std::string text;
  for (const VolumeDirectory& volume : volumes_of(Document::parse(cpf), "/dur/"))
    text += volume.what + "=" + volume.path + (volume.is_witness ? "+" : "") + " ";
  return text;
}

TEST(Volumes, AreTheDataDirectoryAndWhatIrisCpfNames) {
  EXPECT_EQ(listed(""), "data directory=/dur+ ");
  EXPECT_EQ(listed("[Databases]\r\nUSER=/a/user/\r\nAPP=/b/app/,,1,,,/c/streams/\r\n"
                   "[Journal]\r\nAlternateDirectory=/e/\r\nCurrentDirectory=/d/j/\r\n"
                   "[config]\r\nwijdir=/f/wij/\r\n"),
            "data directory=/dur+ database USER=/a/user+ database APP=/b/app+ "
            "streams of database APP=/c/streams journals=/d/j alternate journals=/e "
            "write image journal=/f/wij+ ");
}

TEST(Volumes, ARemoteDatabaseIsNone) {
  EXPECT_EQ(listed("[Databases]\nSAMPLES=/usr/samples/,CECP\nX=\n"), "data directory=/dur+ ");
}

TEST(Volumes, SectionsMayStandTwiceAndEmptyValuesNameNothing) {
  EXPECT_EQ(listed("[databases]\nA=/a\n[config]\nwijdir=\n[Databases]\nB=/\n"),
            "data directory=/dur+ database A=/a+ database B=/+ ");
}

TEST(Volumes, TheConsoleIsMessagesLogUnlessItIsNamed) {
  const auto console = [](const char* value) {
    return console_file(Document::parse(std::string{"[config]\nconsole="} + value + "\n"), "/dur");
  };
  EXPECT_EQ(console(","), "/dur/mgr/messages.log");
  EXPECT_EQ(console(""), "/dur/mgr/messages.log");
  EXPECT_EQ(console("/log/console.log,"), "/log/console.log");
  EXPECT_EQ(console("other.log"), "/dur/mgr/other.log");
}

}  // namespace
}  // namespace cpf
