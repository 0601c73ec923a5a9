// Code of a session, in a world that is a map.
#include "commands/interpreter.h"

#include <gtest/gtest.h>

#include "commands/session_error.h"
#include "store/global_key.h"

namespace standin {
namespace {

struct Outcome {
  std::map<std::string, std::string> nodes;
  std::string output;
  double hung = 0;
  int status = 0;
};

class MapWorld : public World {
 public:
  explicit MapWorld(Outcome& outcome)
      : nodes_{outcome.nodes}, output_{outcome.output}, hung_{outcome.hung} {}
  std::optional<std::string> get(const std::string& key) override {
    const auto node = nodes_.find(key);
    return node == nodes_.end() ? std::nullopt : std::optional{node->second};
  }
  void set(const std::string& key, const std::string& value) override {
    output_ += "[" + global_text(key) + "]";
    nodes_[key] = value;
  }
  void kill(const std::string& key) override {
    std::erase_if(
        nodes_, [&](const auto& node) { return node.first == key || lies_below(node.first, key); });
  }
  std::string increment(const std::string& key) override {
    return nodes_[key] = std::to_string(std::atoi(nodes_[key].c_str()) + 1);
  }
  void write(const std::string& text) override { output_ += text; }
  void hang(double seconds) override { hung_ += seconds; }
  int call(const MethodCall& call) override {
    output_ += call.class_name + "." + call.method;
    for (const std::string& argument : call.arguments)
      output_ += "|" + argument;
    return call.then_halt ? 0 : 5;
  }

 private:
  std::map<std::string, std::string>& nodes_;
  std::string& output_;
  double& hung_;
};

Outcome after(const std::string& code) {
  Outcome outcome;
  MapWorld world{outcome};
  const auto program = parse_program(code);
  if (!program) {
    outcome.output = "<SYNTAX>";
    return outcome;
  }
  try {
    outcome.status = run_program(*program, world);
  } catch (const SessionError& error) {
    outcome.output += error.what();
  }
  return outcome;
}

TEST(Interpreter, SetsReadsAndKills) {
  EXPECT_EQ(after("set ^a(1,\"b\")=\"x\"\"y\" write ^a(1,\"b\"),!").output, "[^a(1,\"b\")]x\"y\n");
  EXPECT_EQ(after("s ^a(1)=1 k ^a w $get(^a(1),\"none\"),$g(^a)").output, "[^a(1)]none");
  EXPECT_EQ(after("set ^a=-1.5  set ^b=^a write ^b").output, "[^a][^b]-1.5");
}

TEST(Interpreter, CountsWithIncrementInASubscript) {
  const Outcome world = after("for i=1:1:3 set ^t($i(^t))=i hang 0.01");
  EXPECT_EQ(world.output, "[^t(1)][^t(2)][^t(3)]");
  EXPECT_EQ(world.nodes.at(global_key("t", {"3"})), "3");
  EXPECT_EQ(world.nodes.at("t"), "3");
  EXPECT_DOUBLE_EQ(world.hung, 0.03);
}

TEST(Interpreter, LoopsBackwardsAndInLoops) {
  EXPECT_EQ(after("for i=2:-1:1 for j=1:1:2 write i,j,\" \"").output, "21 22 11 12 ");
  EXPECT_EQ(after("for i=1:1:0 write i").output, "");
}

TEST(Interpreter, CallsMethodsWithAndWithoutDo) {
  for (const char* const code :
       {R"(##class(A.B).C("x",,2,.y))", R"(do ##class(A.B).C("x",,2,.y))"}) {
    const Outcome world = after(code);
    EXPECT_EQ(world.output, "A.B.C|x||2|");
    EXPECT_EQ(world.status, 5);
  }
  EXPECT_EQ(after("##class(%A).C()").output, "%A.C|");
}

TEST(Interpreter, AHaltLosesTheStatusAndEndsTheCode) {
  const Outcome world = after("do ##class(A).C() halt");
  EXPECT_EQ(world.output, "A.C|");
  EXPECT_EQ(world.status, 0);
  EXPECT_EQ(after("for i=1:1:9 write i halt").output, "1");
}

TEST(Interpreter, SaysWhatIsUndefined) {
  EXPECT_EQ(after("write ^a(1)").output, "<UNDEFINED> *^a(1)");
  EXPECT_EQ(after("write x").output, "<UNDEFINED> *x");
  EXPECT_EQ(after("set ^a(\"\")=1").output, "<SUBSCRIPT> ^a(\"\")");
  EXPECT_EQ(after("set ^a(\"" + std::string(600, 'x') + "\")=1").output, "<SUBSCRIPT> ^a");
}

TEST(Interpreter, RefusesWhatItDoesNotKnow) {
  for (const char* const code :
       {"quit", "set ^a", "set ^a=", "set a=1", "set ^a(=1", "write \"x", "##class(A).C(",
        "##class(A", "for i=1 write i", "set ^a=1set ^b=2", "write $zversion", "kill", "^a=1", "do",
        "set ^=1"})
    EXPECT_EQ(after(code).output, "<SYNTAX>") << code;
}

TEST(Interpreter, NoCodeIsFine) {
  EXPECT_EQ(after("").status, 0);
  EXPECT_EQ(after("  ").output, "");
}

}  // namespace
}  // namespace standin
