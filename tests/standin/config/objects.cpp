// The file of objects.
#include "config/objects.h"

#include <algorithm>

#include "base/text.h"

namespace standin {
namespace {

fs::path file_of(const Instance& instance) {
  return instance.mgr() / "irissecurity" / "objects";
}

}  // namespace

Objects Objects::read(const Instance& instance) {
  Objects objects;
  const std::string text = read_file(file_of(instance)).value_or("");
  for (const std::string_view line : lines_of(text)) {
    const auto fields = split(line, '\t');
    if (fields.size() == 3)
      objects.objects_.push_back(
          {std::string{fields[0]}, std::string{fields[1]}, std::string{fields[2]}});
  }
  return objects;
}

bool Objects::write(const Instance& instance) const {
  std::string text;
  for (const Object& object : objects_)
    text.append(object.kind + "\t" + object.name + "\t" + object.properties + "\n");
  return read_file(file_of(instance)).value_or("") == text || write_file(file_of(instance), text);
}

std::vector<Objects::Object>::const_iterator Objects::find(std::string_view kind,
                                                           std::string_view name) const {
  return std::find_if(objects_.begin(), objects_.end(), [&](const Object& object) {
    return same_name(object.kind, kind) && same_name(object.name, name);
  });
}

bool Objects::contains(std::string_view kind, std::string_view name) const {
  return find(kind, name) != objects_.end();
}

bool Objects::put(std::string_view kind, std::string_view name, std::string_view properties) {
  const auto at = find(kind, name);
  if (at != objects_.end() && at->properties == properties) return false;
  erase(kind, name);
  objects_.push_back(
      {std::string{kind}, std::string{name}, replace_all(std::string{properties}, "\t", " ")});
  return true;
}

void Objects::erase(std::string_view kind, std::string_view name) {
  if (const auto at = find(kind, name); at != objects_.end()) objects_.erase(at);
}

}  // namespace standin
