// The journal daemon: switches journal files when asked.
#include "clock.h"
#include "daemons.h"
#include "messages.h"
#include "store.h"

namespace standin {

void run_journal_daemon(const Instance& instance, Board& board) {
  while (board.leave < 3) {
    const std::uint32_t seen = board.bell;
    if (board.switches_done != board.switches_wanted) {
      const fs::path file = switch_journal(instance);
      if (!file.empty())
        log_message(instance, Severity::info, "Generic.Event",
                    "INTERSYSTEMS IRIS JOURNALING SYSTEM MESSAGE\nJournaling switched to: " +
                        file.string());
      ++board.switches_done;
      ring(board);
    } else if (board.leave < 3) {
      wait_for_bell(board, seen, now_ms() + 1000);
    }
  }
}

}  // namespace standin
