#pragma once
// Carrying out the code of a session.
#include <functional>
#include <map>
#include <string>

#include "commands/objectscript.h"

namespace standin {

/// What code needs of the world. Pure code above it, so that tests can give it a map.
class World {
 public:
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  virtual ~World() = default;
  virtual std::optional<std::string> get(const std::string& key) = 0;
  virtual void set(const std::string& key, const std::string& value) = 0;
  virtual void kill(const std::string& key) = 0;
  virtual std::string increment(const std::string& key) = 0;
  virtual void write(const std::string& text) = 0;
  virtual void hang(double seconds) = 0;
  /// What the method gives to the operating system.
  virtual int call(const MethodCall& call) = 0;
};

/// The exit status of a session with this code: that of its last method, 0 after a halt. Throws
/// SessionError as the world does, and for what the code itself does wrong.
int run_program(const Program& program, World& world);

}  // namespace standin
