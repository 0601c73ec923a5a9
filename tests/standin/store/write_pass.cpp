// The double write.
#include "store/write_pass.h"

#include "store/bytes.h"
#include "store/journal_files.h"

namespace standin {

Database& OpenDatabases::at(const std::string& name) {
  const auto known = databases_.find(name);
  if (known != databases_.end()) return known->second;
  return databases_.emplace(name, Database{open_(name)}).first->second;
}

std::vector<PageImage> OpenDatabases::take_images(WijHeader& header) {
  std::vector<PageImage> images;
  for (auto& [name, database] : databases_) {
    if (!database.changed()) continue;
    for (auto& [page, bytes] : database.take_images(header.pass))
      images.push_back({name, page, std::move(bytes)});
    header.databases[name] = database.header().change;
  }
  return images;
}

WritePass::WritePass(Volume volume, WijHeader header, std::atomic<std::uint64_t>* epoch)
    : volume_{std::move(volume)},
      header_{std::move(header)},
      epoch_{epoch},
      databases_{
          [this](const std::string& name) { return page_reader(volume_.database_file(name)); }} {}

std::vector<std::string> WritePass::apply(const std::vector<Change>& changes) {
  std::vector<std::string> damages;
  for (const Change& change : changes) {
    header_.change = change.number;
    if (change.kind == ChangeKind::marker) continue;
    try {
      databases_.at(change.database).apply(change);
    } catch (const Damage& damage) {
      damages.emplace_back(change.database + ": " + damage.what());
    }
  }
  return damages;
}

bool WritePass::write() {
  if (step_ == Step::gather) {
    ++header_.pass;
    header_.journal = journal_file_of(volume_.journal, header_.change + 1);
    images_ = databases_.take_images(header_);
    step_ = Step::image;
  }
  if (step_ == Step::image) {
    if (!write_wij_images(volume_, header_, images_)) return false;
    step_ = Step::announce;
  }
  if (step_ == Step::announce) {
    header_.state = images_.empty() ? WijState::done : WijState::pending;
    if (!write_wij_header(volume_, header_)) return false;
    step_ = images_.empty() ? Step::gather : Step::place;
    if (images_.empty()) return true;
    if (epoch_ != nullptr) ++*epoch_;
  }
  if (step_ == Step::place) {
    if (!write_images(volume_, images_)) return false;
    step_ = Step::conclude;
  }
  header_.state = WijState::done;
  if (!write_wij_header(volume_, header_)) return false;
  if (epoch_ != nullptr) ++*epoch_;
  step_ = Step::gather;
  return true;
}

}  // namespace standin
