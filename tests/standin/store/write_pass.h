#pragma once
// A pass of the write daemon: changes into databases in memory, then a double write, all pages to
// the write image journal and only then to the databases, so that a crash at any instant leaves one
// of the two whole.
#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "store/database.h"
#include "store/volume.h"

namespace standin {

/// Databases by name, opened when first asked for.
class OpenDatabases {
 public:
  using Opener = std::function<PageReader(const std::string& name)>;
  explicit OpenDatabases(Opener open) : open_{std::move(open)} {}
  Database& at(const std::string& name);
  /// Of all that changed; notes in the header what each database then holds.
  std::vector<PageImage> take_images(WijHeader& header);

 private:
  Opener open_;
  std::map<std::string, Database> databases_;
};

class WritePass {
 public:
  /// `epoch`, if any, is odd while databases are being written: whoever reads then has to take the
  /// pages that lie in the write image journal.
  WritePass(Volume volume, WijHeader header, std::atomic<std::uint64_t>* epoch);

  /// In memory. What is wrong with databases that could not take theirs: those changes are lost.
  std::vector<std::string> apply(const std::vector<Change>& changes);
  /// All that was applied. False when a file could not be written: then it has to be called again,
  /// nothing else, until it succeeds.
  bool write();
  [[nodiscard]] const WijHeader& header() const { return header_; }

 private:
  enum class Step { gather, image, announce, place, conclude };

  Volume volume_;
  WijHeader header_;
  std::atomic<std::uint64_t>* epoch_;
  OpenDatabases databases_;
  std::vector<PageImage> images_;
  Step step_ = Step::gather;
};

}  // namespace standin
