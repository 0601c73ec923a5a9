// Encoding and decoding journal records.
#include "store/journal_record.h"

#include "store/bytes.h"

namespace standin {
namespace {

constexpr std::string_view magic = "IRISJRN1";

std::string sealed(const std::string& body) {
  std::string record;
  put_u32(record, static_cast<std::uint32_t>(body.size()));
  put_u32(record, checksum(body));
  return record + body;
}

std::string_view take_sealed(Taker& taker) {
  const std::uint32_t size = taker.u32();
  const std::uint32_t sum = taker.u32();
  const std::string_view body = taker.bytes(size);
  if (checksum(body) != sum) throw Damage{"wrong checksum"};
  return body;
}

Change change_from(std::string_view body) {
  Taker taker{body};
  Change change;
  change.number = taker.u64();
  change.kind = static_cast<ChangeKind>(taker.u32());
  change.database = taker.text();
  change.key = taker.text();
  change.value = taker.text();
  return change;
}

std::uint64_t first_number_from(std::string_view body) {
  Taker taker{body};
  if (taker.bytes(magic.size()) != magic) throw Damage{"not a journal file"};
  return taker.u64();
}

}  // namespace

std::string journal_header(std::uint64_t first_number) {
  std::string body{magic};
  put_u64(body, first_number);
  return sealed(body);
}

std::string journal_record(const Change& change) {
  std::string body;
  put_u64(body, change.number);
  put_u32(body, static_cast<std::uint32_t>(change.kind));
  put_text(body, change.database);
  put_text(body, change.key);
  put_text(body, change.value);
  return sealed(body);
}

JournalText parse_journal(std::string_view bytes) {
  JournalText text;
  Taker taker{bytes};
  try {
    text.first_number = first_number_from(take_sealed(taker));
    std::uint64_t next = *text.first_number;
    text.whole = bytes.size() - taker.rest().size();
    while (!taker.rest().empty()) {
      Change change = change_from(take_sealed(taker));
      // Only what follows the one before is a record of this file.
      if (change.number != next++) break;
      text.offsets.push_back(text.whole);
      text.changes.push_back(std::move(change));
      text.whole = bytes.size() - taker.rest().size();
    }
  } catch (const Damage&) {
    // A crash left the last record half written: nobody was told that it is safe.
  }
  return text;
}

}  // namespace standin
