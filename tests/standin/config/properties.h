#pragma once
// Properties: what stands behind the colon of a line of [Actions].
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

/// `Prop=value,Prop="quoted, value"`, or a bare name. A comma that no `Name=` follows belongs to
/// the value: real files write PasswordHash=hash,salt,10000,SHA512 without quotes.
class Properties {
 public:
  struct Property {
    std::string name;  ///< empty: a bare word
    std::string value;
  };

  explicit Properties(std::string_view text);

  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  [[nodiscard]] std::string get(std::string_view name) const { return find(name).value_or(""); }
  /// Property Name, or the bare word that stands in its place: `DeleteUser:Jim`.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] const std::vector<Property>& all() const { return properties_; }

 private:
  std::vector<Property> properties_;
};

}  // namespace standin
