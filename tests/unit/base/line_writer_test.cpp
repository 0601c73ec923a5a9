#include "supervisor/base/line_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "supervisor/base/unique_fd.h"

namespace sup {
namespace {

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

/// What is in the pipe now.
std::string read_all(Pipe& pipe) {
  ::fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK);
  std::string all;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t n = ::read(pipe.reader.get(), buffer.data(), buffer.size());
    if (n <= 0) return all;
    all.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

TEST(LineWriter, WritesOneJsonLineToWhatIsNoTerminal) {
  Pipe pipe = make_pipe();
  LineWriter writer{pipe.writer.get(), "iris-init"};
  writer.write(Level::info, "a.b", "hello");
  const std::string line = read_all(pipe);
  EXPECT_TRUE(line.ends_with("\n"));
  EXPECT_EQ(nlohmann::json::parse(line, nullptr, false).value("msg", ""), "hello");
  EXPECT_EQ(writer.dropped(), 0U);
}

TEST(LineWriter, WritesTextWhenTold) {
  Pipe pipe = make_pipe();
  LineWriter writer{pipe.writer.get(), "iris-init"};
  writer.set_json(false);
  writer.write(Level::info, "a.b", "hello");
  EXPECT_TRUE(read_all(pipe).ends_with("iris-init info: hello [a.b]\n"));
}

TEST(LineWriter, LinesBelowItsLevelAreNeitherWrittenNorCounted) {
  Pipe pipe = make_pipe();
  LineWriter writer{pipe.writer.get(), "iris-init"};
  writer.write(Level::debug, "a.b", "unseen");
  writer.set_level(Level::error);
  writer.write(Level::warning, "a.b", "unseen");
  EXPECT_EQ(read_all(pipe), "");
  EXPECT_EQ(writer.dropped(), 0U);
}

TEST(LineWriter, AFullPipeDropsLinesAndNeverBlocks) {
  Pipe pipe = make_pipe();
  ::fcntl(pipe.writer.get(), F_SETPIPE_SZ, 8192);
  LineWriter writer{pipe.writer.get(), "iris-init"};
  const std::string message(3000, 'x');
  for (int i = 0; i < 20; ++i)
    writer.write(Level::info, "a.b", message);
  EXPECT_EQ(writer.dropped(), 18U);
  EXPECT_EQ(::fcntl(pipe.writer.get(), F_GETFL) & O_NONBLOCK, 0);
  std::string lines = read_all(pipe);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
}

TEST(LineWriter, AClosedPipeIsADroppedLine) {
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);
  Pipe pipe = make_pipe();
  pipe.reader.reset();
  LineWriter writer{pipe.writer.get(), "iris-init"};
  writer.write(Level::info, "a.b", "hello");
  EXPECT_EQ(writer.dropped(), 1U);
  ::sigaction(SIGPIPE, &before, nullptr);
}

}  // namespace
}  // namespace sup
