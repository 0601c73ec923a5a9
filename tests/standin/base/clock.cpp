// The stamps IRIS writes, and the shared clock.
#include "base/clock.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace standin {
namespace {

// A fixed C locale: IRIS's stamps do not follow the user's language.
constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::tm local(std::time_t moment) {
  std::tm parts{};
  ::localtime_r(&moment, &parts);
  return parts;
}

std::string padded(long number, std::size_t width, char pad = '0') {
  std::string digits = std::to_string(number);
  if (digits.size() < width) digits.insert(0, width - digits.size(), pad);
  return digits;
}

std::string hms(const std::tm& t) {
  return padded(t.tm_hour, 2) + ":" + padded(t.tm_min, 2) + ":" + padded(t.tm_sec, 2);
}

timespec realtime() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

std::string month_and_day(const std::tm& t) {
  return padded(t.tm_mon + 1, 2) + "/" + padded(t.tm_mday, 2) + "/";
}

}  // namespace

std::string messages_stamp() {
  const timespec now = realtime();
  const std::tm t = local(now.tv_sec);
  return month_and_day(t) + padded(t.tm_year % 100, 2) + "-" + hms(t) + ":" +
         padded(now.tv_nsec / 1'000'000, 3);
}

std::string main_stamp() {
  const std::tm t = local(realtime().tv_sec);
  return hms(t) + " " + std::to_string(t.tm_year + 1900) + "-" + padded(t.tm_mon + 1, 2) + "-" +
         padded(t.tm_mday, 2);
}

std::string freeze_stamp() {
  const std::tm t = local(realtime().tv_sec);
  return month_and_day(t) + std::to_string(t.tm_year + 1900) + " " + hms(t);
}

std::string journal_day() {
  const std::tm t = local(realtime().tv_sec);
  return std::to_string(t.tm_year + 1900) + padded(t.tm_mon + 1, 2) + padded(t.tm_mday, 2);
}

std::string ctime_text(std::time_t moment) {
  const std::tm t = local(moment);
  std::string text{days.at(static_cast<std::size_t>(t.tm_wday))};
  text.append(" ").append(months.at(static_cast<std::size_t>(t.tm_mon)));
  return text + " " + padded(t.tm_mday, 2, ' ') + " " + hms(t) + " " +
         std::to_string(t.tm_year + 1900);
}

std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void sleep_ms(std::int64_t ms) {
  timespec rest{ms / 1000, ms % 1000 * 1'000'000};
  while (::nanosleep(&rest, &rest) != 0 && errno == EINTR) {
  }
}

void hang() {
  for (;;)
    ::pause();
}

}  // namespace standin
