#include "supervisor/core/earlier_lives.h"

#include <optional>
#include <utility>

namespace sup {
namespace {

/// The lease that was there when the container ended. nullopt: nobody was ever told of it.
std::optional<StateRecord> ended_with_the_container(const Lease& lease) {
  if (lease.witness.empty()) return std::nullopt;
  StateRecord record;
  record.kind = StateRecord::Kind::thawed;
  record.ended = {lease.owner, lease.token, lease.outcome};
  // Once the witnesses have spoken, what came of it is known.
  if (record.ended.outcome.journal.empty()) record.ended.outcome.journal = lease.journal;
  if (lease.resuming || lease.over) return record;
  record.ended.outcome = {.held = false,
                          .ended_by = "container",
                          .reason = "the container ended while it was frozen, and IRIS with it",
                          .journal = lease.journal};
  return record;
}

}  // namespace

EarlierLives left_by_earlier_lives(const std::vector<StateRecord>& records,
                                   std::uint64_t incarnation) {
  using Kind = StateRecord::Kind;
  constexpr std::size_t most = 2 * ended_freezes_kept;  // each with its owner's next request
  EarlierLives left;
  const StateRecord* lease = nullptr;
  const auto end_of_life = [&] {
    if (lease == nullptr) return;
    left.left_frozen.clear();
    if (auto record = ended_with_the_container(lease->lease); record) {
      if (!lease->lease.resuming && !lease->lease.over) left.left_frozen = lease->lease.owner;
      left.records.push_back(std::move(*record));
    }
    lease = nullptr;
  };
  for (const StateRecord& record : records) {
    if (lease != nullptr && record.incarnation != lease->incarnation) end_of_life();
    if (record.kind == Kind::lease) lease = &record;
    if (record.kind == Kind::thawed) lease = nullptr;
    if (record.kind == Kind::asked || (record.kind == Kind::thawed && !record.failed))
      left.records.push_back(record);
  }
  end_of_life();
  if (left.records.size() > most)
    left.records.erase(left.records.begin(),
                       left.records.end() - static_cast<std::ptrdiff_t>(most));
  for (StateRecord& record : left.records) {
    record.incarnation = incarnation;
    record.earlier = true;
    // Its clock may have been another one.
    record.ended.over_at = record.ended.outcome.ended_at = 0;
    record.ended.asked_again = record.ended.asked_again || record.ended.outcome.held;
  }
  return left;
}

}  // namespace sup
