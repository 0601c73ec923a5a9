#pragma once
// Names: how IRIS's sections and parameters are told apart. Which there are: model.h.
#include <string>
#include <string_view>

namespace cpf {

/// What equal sections have in common: `[config]` and `[Config]` are one.
std::string section_id(std::string_view section);

/// The same for a parameter. In [Map.*] case counts: globals `a` and `A` are two.
std::string key_id(std::string_view section, std::string_view key);

/// In [Map.*] it does.
bool case_matters_in(std::string_view section);

bool is_actions(std::string_view section);

/// Does IRIS keep the keys of the section in byte order? Not in [Databases] and [Map.*].
bool may_be_ordered(std::string_view section);

/// [Startup] PasswordHash: its value never appears in a message.
bool is_password_hash(std::string_view section, std::string_view key);

/// Fit for a message or a comment: without control characters, at most 80 bytes.
std::string printable(std::string_view text);

}  // namespace cpf
