#pragma once
// Config merge: a merge file into a CPF, and its [Actions] into the instance.
#include <functional>
#include <string>
#include <vector>

#include "instance/instance.h"

namespace standin {

/// What a merge tells on the way, in the words of messages.log.
using MergeLog = std::function<void(const std::string& text)>;

/// Empty, or what went wrong as `ERROR #nnnn: …`; nothing has been changed then.
std::string merge_into(const Instance& instance, const fs::path& merge_file, const fs::path& target,
                       const MergeLog& log);

/// `iris merge INSTANCE [merge-file] [target]`; empty paths: the defaults. Exit status 0, or 7.
int iris_merge(const Instance& instance, fs::path merge_file, fs::path target);

}  // namespace standin
