#pragma once
// A small validator for our own schema: type, enum, required, properties, items and $ref into
// $defs; a field that the schema does not name is an error here, so that none is added without it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace probes {

class JsonSchema {
 public:
  using Json = nlohmann::json;
  explicit JsonSchema(Json root) : root_(std::move(root)) {}  // braces would make an array

  /// What is wrong with `value`, a line each, with the path of each.
  [[nodiscard]] std::vector<std::string> problems_of(const Json& value) const {
    std::vector<std::string> problems;
    check(value, root_, "", problems);
    return problems;
  }

 private:
  static bool is_type(const Json& value, const std::string& type) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return value.type_name() == type;
  }
  static bool fits_type(const Json& value, const Json& types) {
    if (types.is_string()) return is_type(value, types);
    return std::any_of(types.begin(), types.end(),
                       [&](const Json& type) { return is_type(value, type); });
  }
  void check(const Json& value, const Json& schema, const std::string& path,
             std::vector<std::string>& problems) const {
    if (schema.contains("$ref")) {
      const std::string ref = schema["$ref"];
      return check(value, root_.at(Json::json_pointer{ref.substr(1)}), path, problems);
    }
    if (schema.contains("type") && !fits_type(value, schema["type"]))
      problems.push_back(path + ": " + value.type_name() + " is not " + schema["type"].dump());
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
      problems.push_back(path + ": " + value.dump() + " is not one of " + schema["enum"].dump());
    if (value.is_array() && schema.contains("items")) {
      for (const Json& item : value)
        check(item, schema["items"], path + "[]", problems);
    }
    if (value.is_object() && schema.contains("properties"))
      check_fields(value, schema, path, problems);
  }
  void check_fields(const Json& value, const Json& schema, const std::string& path,
                    std::vector<std::string>& problems) const {
    for (const Json& name : schema.value("required", Json::array())) {
      if (!value.contains(name.get<std::string>()))
        problems.push_back(path + "." + name.dump() + " is missing");
    }
    for (const auto& [name, field] : value.items()) {
      const std::string below = path + "." + name;
      if (schema["properties"].contains(name))
        check(field, schema["properties"][name], below, problems);
      else
        problems.push_back(below + " is not in the schema");
    }
  }

  Json root_;
};

}  // namespace probes
