#pragma once
// A database: a B-tree of global nodes in pages, with a header that is only right once every page
// of a pass is in place. Changes are made in memory and taken away as images of pages. Pure: pages
// come from a function.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "store/journal_record.h"
#include "store/page.h"

namespace standin {

using PageReader = std::function<std::string(PageNumber)>;  ///< shorter than a page: none there
using PageImages = std::map<PageNumber, std::string>;

inline constexpr std::size_t longest_value = 65536;

class Database {
 public:
  /// Throws Damage, as everything here, when a page that is needed is not what it should be.
  explicit Database(PageReader read);
  /// The file of a database that holds nothing.
  static std::string empty_file();

  [[nodiscard]] std::optional<std::string> get(std::string_view key);
  /// Sets a node, or kills it with all below it.
  void apply(const Change& change);
  [[nodiscard]] const DatabaseHeader& header() const { return header_; }
  [[nodiscard]] bool changed() const { return changed_; }
  /// Every page that differs since the last time, the header with the number of this pass. They
  /// have to reach the file before anything else is asked of it.
  PageImages take_images(std::uint64_t pass);
  /// In the order of keys.
  void for_each(const std::function<void(std::string_view key, const std::string& value)>& visit);

 private:
  struct Split {
    std::string key;
    PageNumber right = 0;
  };

  Page load(PageNumber number);
  Node& node(PageNumber number);
  Node& changed_node(PageNumber number);
  PageNumber new_page();
  void free_page(PageNumber number);
  PageNumber new_node(Node node);

  std::string value_of(const LeafEntry& entry);
  LeafEntry make_entry(std::string_view key, std::string_view value);
  void free_overflow(PageNumber first);

  void set(std::string_view key, std::string_view value);
  std::optional<Split> insert(PageNumber number, LeafEntry entry);
  std::optional<Split> split_if_full(PageNumber number);
  void kill(std::string_view key);
  bool erase(PageNumber number, std::string_view key);
  bool erase_entries(PageNumber number, std::string_view key);
  void visit_node(PageNumber number,
                  const std::function<void(std::string_view, const std::string&)>& visit);

  PageReader read_;
  DatabaseHeader header_;
  bool changed_ = false;
  std::map<PageNumber, Node> nodes_;           ///< decoded, as they are now
  std::set<PageNumber> changed_nodes_;         ///< of those
  std::map<PageNumber, Page> fresh_;           ///< changed pages that are no nodes
  std::map<PageNumber, std::uint64_t> marks_;  ///< of pages as they are in the file
};

/// What is wrong with a database of so many pages in its file; empty: it is whole, and all of its
/// pages are of one pass.
std::string database_fault(const PageReader& read, std::size_t file_pages);

}  // namespace standin
