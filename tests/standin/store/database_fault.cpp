// Looking through a whole database.
#include <set>

#include "store/bytes.h"
#include "store/database.h"

namespace standin {
namespace {

class Inspection {
 public:
  Inspection(const PageReader& read, std::size_t file_pages)
      : read_{read}, file_pages_{file_pages} {}

  void run() {
    const DatabaseHeader header = header_from(opened_page(0, read_(0)));
    if (header.pages > file_pages_) throw Damage{"the file is shorter than its header says"};
    pages_ = header.pages;
    seen_.insert(0);
    if (header.root != 0) look_at(header.root);
    for (PageNumber next = header.free; next != 0;)
      next = link_from(page(next), PageKind::free).next;
    if (seen_.size() != header.pages) throw Damage{"a page belongs to nothing"};
    if (records_ != header.records)
      throw Damage{std::to_string(records_) + " records, the header says " +
                   std::to_string(header.records)};
    if (sum_ != header.sum) throw Damage{"its pages are of different passes"};
  }

 private:
  Page page(PageNumber number) {
    if (number >= pages_ || !seen_.insert(number).second)
      throw Damage{"page " + std::to_string(number) + " is out of place"};
    const std::string bytes = read_(number);
    Page opened = opened_page(number, bytes);
    sum_ ^= page_mark(number, bytes);
    return opened;
  }

  void look_at(PageNumber number) {
    const Node node = node_from(page(number));
    for (const LeafEntry& entry : node.entries) {
      if (records_ > 0 && entry.key <= last_key_) throw Damage{"keys are out of order"};
      last_key_ = entry.key;
      ++records_;
      for (PageNumber next = entry.overflow; next != 0;)
        next = link_from(page(next), PageKind::overflow).next;
    }
    for (const BranchEntry& entry : node.children)
      look_at(entry.child);
  }

  const PageReader& read_;
  std::size_t file_pages_;
  PageNumber pages_ = 0;
  std::set<PageNumber> seen_;
  std::string last_key_;
  std::uint64_t records_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace

std::string database_fault(const PageReader& read, std::size_t file_pages) {
  try {
    Inspection{read, file_pages}.run();
    return {};
  } catch (const Damage& damage) {
    return damage.what();
  }
}

}  // namespace standin
