// The offline checker.
#include "commands/verify.h"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>

#include "store/acknowledged.h"
#include "store/bytes.h"
#include "store/journal_files.h"
#include "store/volume_check.h"
#include "store/write_pass.h"

namespace standin {
namespace {

constexpr int bad_usage = 64;
enum class Verdict { consistent = 0, recoverable = 1, torn = 2 };

void say(const std::string& line) {
  write_all(STDOUT_FILENO, line + "\n");
}

struct Task {
  Volume volume;
  fs::path acknowledged;
};

std::optional<Task> parse(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2 || arguments.size() % 2 != 0) return std::nullopt;
  Task task;
  task.volume.data = fs::absolute(arguments[1]).lexically_normal();
  task.volume.wij = task.volume.data / "mgr" / "IRIS.WIJ";
  task.volume.journal = task.volume.data / "mgr" / "journal";
  for (std::size_t i = 2; i < arguments.size(); i += 2) {
    if (arguments[i] == "--acknowledged")
      task.acknowledged = arguments[i + 1];
    else if (arguments[i] == "--journal")
      task.volume.journal = arguments[i + 1];
    else if (arguments[i] == "--wij")
      task.volume.wij = arguments[i + 1];
    else
      return std::nullopt;
  }
  return task;
}

class Verification {
 public:
  explicit Verification(Volume volume) : volume_{std::move(volume)} {}

  Verdict run(const std::vector<Change>& acknowledged) {
    acknowledged_ = acknowledged;
    files_ = databases_in(volume_);
    const Checkpoint checkpoint = checkpoint_of(volume_);
    const WijHeader& header = checkpoint.header;
    if (checkpoint.rebuilt && files_.empty())
      return torn("no databases, and a write image journal that is missing or damaged");
    const bool whole = look_at_databases(header);
    tell_write_image_journal(checkpoint);
    if (whole) tell_missing("as it is");
    const bool pending = header.state == WijState::pending;
    if (pending && !take_images(header)) return Verdict::torn;
    if (pending) say("with the pages of the write image journal:");
    if (pending ? !look_at_databases(header) : !whole)
      return torn("databases: not of one moment, and nothing mends them");
    const JournalTail tail = read_journal(volume_.journal, header.journal, checkpoint.replay_after);
    if (!look_at_journal(tail, header.change)) return Verdict::torn;
    if (!replay(tail.changes)) return Verdict::torn;
    tell_missing("after recovery");
    return pending || checkpoint.rebuilt || !tail.changes.empty() ? Verdict::recoverable
                                                                  : Verdict::consistent;
  }

 private:
  static Verdict torn(const std::string& why) {
    say(why);
    return Verdict::torn;
  }

  static void tell_write_image_journal(const Checkpoint& checkpoint) {
    const WijHeader& header = checkpoint.header;
    if (checkpoint.rebuilt)
      return say("write image journal: missing or damaged, made anew by a start");
    say("write image journal: pass " + std::to_string(header.pass) + ", " +
        (header.state == WijState::pending ? "pending" : "complete") + ", changes up to " +
        std::to_string(header.change));
  }

  PageReader reader(const std::string& name) {
    const auto file = files_.find(name);
    if (file == files_.end()) throw Damage{"missing"};
    const PageReader on_disk = page_reader(file->second);
    return [this, name, on_disk](PageNumber page) {
      const auto& images = images_[name];
      const auto image = images.find(page);
      return image == images.end() ? on_disk(page) : image->second;
    };
  }

  /// Whether each is whole and as the write image journal has it.
  bool look_at_databases(const WijHeader& header) {
    bool whole = true;
    for (const auto& [name, change] : header.databases)
      files_.try_emplace(name, volume_.database_file(name));
    for (const auto& [name, file] : files_) {
      const std::string fault = fault_of(name, header);
      whole = whole && fault.empty();
      say("database " + name + ": " + (fault.empty() ? "whole" : fault));
    }
    return whole;
  }

  std::string fault_of(const std::string& name, const WijHeader& header) {
    try {
      const PageReader read = reader(name);
      // Pages that are still to come count as there.
      const auto& images = images_[name];
      const std::size_t pages =
          std::max<std::size_t>(fs::file_size(files_.at(name)) / page_size,
                                images.empty() ? 0 : std::size_t{images.rbegin()->first} + 1);
      return fault_beside(header, name, read, pages);
    } catch (const Damage& damage) {
      return damage.what();
    }
  }

  bool take_images(const WijHeader& header) {
    try {
      for (PageImage& image : read_wij_images(volume_, header))
        images_[image.database][image.page] = std::move(image.bytes);
      return true;
    } catch (const Damage& damage) {
      say(std::string{"write image journal: "} + damage.what());
      return false;
    }
  }

  static bool look_at_journal(const JournalTail& tail, std::uint64_t change) {
    std::string line = "journal: " + std::to_string(tail.changes.size()) +
                       " changes behind the databases, up to " + std::to_string(tail.last);
    if (tail.half_written) line += ", its last record is half written";
    say(line);
    if (!tail.gap.empty()) say("journal: " + tail.gap);
    if (tail.last < change)
      say("journal: ends before the databases do, so that they are not of one moment");
    return tail.gap.empty() && tail.last >= change;
  }

  bool replay(const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      if (change.kind == ChangeKind::marker) continue;
      try {
        databases_.at(change.database).apply(change);
      } catch (const Damage& damage) {
        say("database " + change.database + ": cannot take change " +
            std::to_string(change.number) + ": " + damage.what());
        return false;
      }
    }
    return true;
  }

  void tell_missing(const std::string& when) {
    if (acknowledged_.empty()) return;
    Nodes nodes;
    for (const auto& [name, file] : files_)
      databases_.at(name).for_each(
          [&nodes, &database = name](std::string_view key, const std::string& value) {
            nodes[{database, std::string{key}}] = value;
          });
    const Missing missing = missing_of(acknowledged_, nodes);
    say("missing " + when + ": " + missing_text(missing) + " of " +
        std::to_string(missing.acknowledged) + " acknowledged");
  }

  Volume volume_;
  std::vector<Change> acknowledged_;
  std::map<std::string, fs::path> files_;
  std::map<std::string, PageImages> images_;
  OpenDatabases databases_{[this](const std::string& name) { return reader(name); }};
};

}  // namespace

int verify_main(const std::vector<std::string>& arguments) {
  const auto task = parse(arguments);
  if (!task || !fs::is_directory(task->volume.data)) {
    write_all(STDERR_FILENO,
              "usage: irisdb --verify DIR [--acknowledged FILE] [--journal DIR] [--wij FILE]\n");
    return bad_usage;
  }
  try {
    std::vector<Change> acknowledged;
    if (!task->acknowledged.empty())
      acknowledged = parse_acknowledged(read_file(task->acknowledged).value_or(""));
    const Verdict verdict = Verification{task->volume}.run(acknowledged);
    const char* const word = verdict == Verdict::consistent    ? "consistent"
                             : verdict == Verdict::recoverable ? "recoverable"
                                                               : "torn";
    say(std::string{"verdict: "} + word);
    return static_cast<int>(verdict);
  } catch (const std::exception& error) {  // not readable acknowledgements, or a file vanished
    write_all(STDERR_FILENO, std::string{"irisdb: "} + error.what() + "\n");
    return bad_usage;
  }
}

}  // namespace standin
