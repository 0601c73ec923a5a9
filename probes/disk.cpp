#include "probes/disk.h"

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace probes {
namespace {

std::optional<TriedWrite> parse_write(std::string_view text) {
  for (int i = 0; i < tried_write_count; ++i) {
    const auto write = static_cast<TriedWrite>(i);
    if (text == name_of(write)) return write;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(TriedWrite write) {
  switch (write) {
    case TriedWrite::done:
      return "done";
    case TriedWrite::full:
      return "full";
    case TriedWrite::read_only:
      return "read_only";
    case TriedWrite::failed:
      return "failed";
    case TriedWrite::untried:
      return "untried";
  }
  return "untried";
}

std::optional<DiskReport> parse_disk_report(std::string_view output) {
  const auto words = sup::split(sup::trim(output), ' ');
  if (words.size() != 3 || !words[0].starts_with("free=") || !words[1].starts_with("size=") ||
      !words[2].starts_with("write="))
    return std::nullopt;
  const auto free = sup::parse_number(words[0].substr(5));
  const auto size = sup::parse_number(words[1].substr(5));
  const auto write = parse_write(words[2].substr(6));
  if (!free || !size || !write) return std::nullopt;
  return DiskReport{*free, *size, *write};
}

std::optional<DataTrouble> trouble_of(const std::optional<DiskReport>& report,
                                      const std::optional<Mount>& mount, std::int64_t min_free) {
  if (mount && mount->shut_down) return DataTrouble::failing;
  if (mount && mount->read_only) return DataTrouble::read_only;
  if (!report) return std::nullopt;
  switch (report->write) {
    case TriedWrite::full:
      return DataTrouble::full;
    case TriedWrite::read_only:
      return DataTrouble::read_only;
    case TriedWrite::failed:
      return DataTrouble::failing;
    case TriedWrite::done:
    case TriedWrite::untried:
      break;
  }
  // A file system that tells no size (some are so) is not full.
  if (report->size_bytes > 0 && report->free_bytes < min_free) return DataTrouble::full;
  return std::nullopt;
}

}  // namespace probes
