#pragma once
// Time: the stamps IRIS writes, a clock that all processes of an instance share, and waiting.
#include <cstdint>
#include <ctime>
#include <string>

namespace standin {

std::string messages_stamp();  ///< 06/30/26-12:41:24:628, as in messages.log
std::string main_stamp();      ///< 12:41:24 2026-06-30, as in iris-main.log
std::string freeze_stamp();    ///< 06/30/2026 12:41:24, as in the log file of a freeze
std::string journal_day();     ///< 20260630, the first part of a journal file's name
std::string ctime_text(std::time_t moment);  ///< Tue Jun 30 12:41:26 2026

/// Milliseconds since boot: the same in every process.
std::int64_t now_ms();
void sleep_ms(std::int64_t ms);
/// For the faults that never answer. Ends with the process.
[[noreturn]] void hang();

}  // namespace standin
