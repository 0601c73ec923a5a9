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

/// The lines of `part` that cannot be found in `whole` in their order; empty when all can.
Lines missing_in_order(const Lines& part, const Lines& whole);

/// The lines of `lines` that `known` has nowhere.
Lines unknown_to(const Lines& known, const Lines& lines);

bool has_line_with(const Lines& lines, const std::string& part);
/// Without an entry of messages.log: its line, and the empty one after it.
Lines without_entry(Lines lines, const std::string& line);
std::string joined(const Lines& lines);

}  // namespace standin_test
