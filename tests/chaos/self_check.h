#pragma once
// What must always hold is breached on purpose, once each: a check that cannot fail is none.
namespace chaos {

/// 0: each breach was noticed, and nothing before it.
int self_check();

}  // namespace chaos
