#pragma once
// Logs of iris-main as shapes: without what differs between two runs of the same version, cut into
// cycles of one start and one stop, and compared.
#include <string>
#include <vector>

namespace standin_test {

using Lines = std::vector<std::string>;

/// Without times, process numbers, builds and sizes.
std::string shape_of(std::string text);

/// The cycles of a log; each begins with a line that begins with `opening`.
std::vector<Lines> cycles_of(const std::string& text, const std::string& opening);

/// Empty when `published`, which may be cut off, is how `ours` begins; else the first lines in
/// which they differ.
std::string where_they_part(const Lines& published, const Lines& ours);

/// The lines of `lines` that `known` has nowhere.
Lines unknown_to(const Lines& known, const Lines& lines);

/// How many of them contain `part`.
std::size_t lines_with(const Lines& lines, const std::string& part);
/// Without an entry of messages.log: its line, and the empty one after it.
Lines without_entry(Lines lines, const std::string& line);
std::string joined(const Lines& lines);

}  // namespace standin_test
