#pragma once
// Objects: what [Actions] create and nothing else here knows: resources, roles, applications,
// services. A file in mgr/irissecurity with one line `kind TAB name TAB properties` each.
#include <string>
#include <string_view>
#include <vector>

#include "instance/instance.h"

namespace standin {

class Objects {
 public:
  static Objects read(const Instance& instance);
  [[nodiscard]] bool write(const Instance& instance) const;

  [[nodiscard]] bool contains(std::string_view kind, std::string_view name) const;
  /// Adds it or replaces its properties. False when it was there with the same.
  bool put(std::string_view kind, std::string_view name, std::string_view properties);
  void erase(std::string_view kind, std::string_view name);

 private:
  struct Object {
    std::string kind;
    std::string name;
    std::string properties;
  };
  [[nodiscard]] std::vector<Object>::const_iterator find(std::string_view kind,
                                                         std::string_view name) const;
  std::vector<Object> objects_;
};

}  // namespace standin
