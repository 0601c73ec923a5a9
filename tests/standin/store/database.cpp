// Pages of a database in memory: reading, changing, giving away.
#include "store/database.h"

#include <algorithm>

#include "store/bytes.h"
#include "store/global_key.h"

namespace standin {
namespace {

/// The child in which a key lies: the last one that does not begin behind it.
std::size_t child_of(const Node& node, std::string_view key) {
  if (node.children.empty()) throw Damage{"a branch without children"};
  const auto behind =
      std::upper_bound(node.children.begin() + 1, node.children.end(), key,
                       [](std::string_view k, const BranchEntry& entry) { return k < entry.key; });
  return static_cast<std::size_t>(behind - node.children.begin()) - 1;
}

auto entry_of(Node& node, std::string_view key) {
  return std::lower_bound(node.entries.begin(), node.entries.end(), key,
                          [](const LeafEntry& e, std::string_view k) { return e.key < k; });
}

bool is_at_or_below(std::string_view key, std::string_view top) {
  return key == top || lies_below(key, top);
}

}  // namespace

Database::Database(PageReader read) : read_{std::move(read)} {
  header_ = header_from(opened_page(0, read_(0)));
}

std::string Database::empty_file() {
  return sealed_page(0, page_of(DatabaseHeader{}));
}

Page Database::load(PageNumber number) {
  if (const auto fresh = fresh_.find(number); fresh != fresh_.end()) return fresh->second;
  if (number == 0 || number >= header_.pages)
    throw Damage{"page " + std::to_string(number) + " of " + std::to_string(header_.pages)};
  const std::string bytes = read_(number);
  Page page = opened_page(number, bytes);
  marks_[number] = page_mark(number, bytes);
  return page;
}

Node& Database::node(PageNumber number) {
  const auto known = nodes_.find(number);
  if (known != nodes_.end()) return known->second;
  return nodes_[number] = node_from(load(number));
}

Node& Database::changed_node(PageNumber number) {
  changed_nodes_.insert(number);
  return node(number);
}

PageNumber Database::new_page() {
  if (header_.free == 0) return header_.pages++;
  const PageNumber number = header_.free;
  header_.free = link_from(load(number), PageKind::free).next;
  fresh_.erase(number);
  return number;
}

void Database::free_page(PageNumber number) {
  nodes_.erase(number);
  changed_nodes_.erase(number);
  fresh_[number] = page_of(ChainLink{header_.free, {}}, PageKind::free);
  header_.free = number;
}

PageNumber Database::new_node(Node node) {
  const PageNumber number = new_page();
  nodes_[number] = std::move(node);
  changed_nodes_.insert(number);
  return number;
}

std::string Database::value_of(const LeafEntry& entry) {
  std::string value = entry.value;
  for (PageNumber next = entry.overflow; next != 0;) {
    const ChainLink link = link_from(load(next), PageKind::overflow);
    value += link.piece;
    next = link.next;
    if (value.size() > longest_value) throw Damage{"a value without end"};
  }
  return value;
}

LeafEntry Database::make_entry(std::string_view key, std::string_view value) {
  if (value.size() <= longest_inline) return {std::string{key}, std::string{value}, 0};
  LeafEntry entry{std::string{key}, {}, 0};
  // From the end, so that each page knows the next one.
  while (!value.empty()) {
    const std::size_t begin = (value.size() - 1) / longest_piece * longest_piece;
    const PageNumber number = new_page();
    fresh_[number] =
        page_of(ChainLink{entry.overflow, std::string{value.substr(begin)}}, PageKind::overflow);
    entry.overflow = number;
    value = value.substr(0, begin);
  }
  return entry;
}

void Database::free_overflow(PageNumber first) {
  while (first != 0) {
    const PageNumber next = link_from(load(first), PageKind::overflow).next;
    free_page(first);
    first = next;
  }
}

std::optional<std::string> Database::get(std::string_view key) {
  if (header_.root == 0) return std::nullopt;
  PageNumber number = header_.root;
  for (PageNumber depth = 0; !node(number).leaf; ++depth) {
    if (depth > header_.pages) throw Damage{"a tree without leaves"};
    number = node(number).children[child_of(node(number), key)].child;
  }
  Node& leaf = node(number);
  const auto entry = entry_of(leaf, key);
  if (entry == leaf.entries.end() || entry->key != key) return std::nullopt;
  return value_of(*entry);
}

void Database::apply(const Change& change) {
  if (change.kind == ChangeKind::set) set(change.key, change.value);
  if (change.kind == ChangeKind::kill) kill(change.key);
  header_.change = change.number;
  changed_ = true;
}

void Database::set(std::string_view key, std::string_view value) {
  if (header_.root == 0) header_.root = new_node(Node{});
  auto split = insert(header_.root, make_entry(key, value));
  if (!split) return;
  Node root;
  root.leaf = false;
  root.children = {{"", header_.root}, {std::move(split->key), split->right}};
  header_.root = new_node(std::move(root));
}

std::optional<Database::Split> Database::insert(PageNumber number, LeafEntry entry) {
  Node& here = node(number);
  if (here.leaf) {
    changed_nodes_.insert(number);
    const auto at = entry_of(here, entry.key);
    if (at != here.entries.end() && at->key == entry.key) {
      const PageNumber old = at->overflow;
      *at = std::move(entry);
      free_overflow(old);
    } else {
      here.entries.insert(at, std::move(entry));
      ++header_.records;
    }
    return split_if_full(number);
  }
  const std::size_t child = child_of(here, entry.key);
  auto split = insert(here.children[child].child, std::move(entry));
  if (!split) return std::nullopt;
  Node& grown = changed_node(number);
  grown.children.insert(grown.children.begin() + static_cast<std::ptrdiff_t>(child) + 1,
                        {std::move(split->key), split->right});
  return split_if_full(number);
}

std::optional<Database::Split> Database::split_if_full(PageNumber number) {
  Node& full = node(number);
  if (fits(full)) return std::nullopt;
  // By size, so that both halves fit whatever the sizes of their entries are.
  const std::size_t half = content_size(full) / 2;
  Node right;
  right.leaf = full.leaf;
  Split split;
  if (full.leaf) {
    std::size_t keep = full.entries.size();
    for (std::size_t size = content_size(full); size > half; size -= entry_size(full.entries[keep]))
      --keep;
    keep = std::max<std::size_t>(keep, 1);
    const auto from = full.entries.begin() + static_cast<std::ptrdiff_t>(keep);
    right.entries.assign(std::move_iterator{from}, std::move_iterator{full.entries.end()});
    full.entries.erase(from, full.entries.end());
    split.key = right.entries.front().key;
  } else {
    const auto from = full.children.begin() + static_cast<std::ptrdiff_t>(full.children.size() / 2);
    right.children.assign(std::move_iterator{from}, std::move_iterator{full.children.end()});
    full.children.erase(from, full.children.end());
    split.key = right.children.front().key;
  }
  split.right = new_node(std::move(right));
  return split;
}

void Database::kill(std::string_view key) {
  if (header_.root == 0) return;
  if (erase(header_.root, key)) {
    free_page(header_.root);
    header_.root = 0;
    return;
  }
  while (!node(header_.root).leaf && node(header_.root).children.size() == 1) {
    const PageNumber old = header_.root;
    header_.root = node(old).children.front().child;
    free_page(old);
  }
}

/// Whether the page is empty afterwards.
bool Database::erase(PageNumber number, std::string_view key) {
  if (node(number).leaf) return erase_entries(number, key);
  std::size_t child = child_of(node(number), key);
  const std::size_t first = child;
  while (child < node(number).children.size()) {
    const BranchEntry& entry = node(number).children[child];
    if (child != first && !is_at_or_below(entry.key, key)) break;
    const PageNumber below = entry.child;
    if (!erase(below, key)) {
      ++child;
      continue;
    }
    free_page(below);
    Node& here = changed_node(number);
    here.children.erase(here.children.begin() + static_cast<std::ptrdiff_t>(child));
    if (child == first && child < here.children.size() &&
        !is_at_or_below(here.children[child].key, key))
      break;
  }
  return node(number).children.empty();
}

bool Database::erase_entries(PageNumber number, std::string_view key) {
  std::set<PageNumber> overflows;
  Node& leaf = node(number);
  const std::size_t gone = std::erase_if(leaf.entries, [&](const LeafEntry& entry) {
    if (!is_at_or_below(entry.key, key)) return false;
    overflows.insert(entry.overflow);
    return true;
  });
  if (gone != 0) changed_nodes_.insert(number);
  header_.records -= gone;
  for (const PageNumber first : overflows)
    free_overflow(first);
  return leaf.entries.empty();
}

PageImages Database::take_images(std::uint64_t pass) {
  for (const PageNumber number : changed_nodes_)
    fresh_[number] = page_of(nodes_.at(number));
  PageImages images;
  for (const auto& [number, page] : fresh_) {
    std::string bytes = sealed_page(number, page);
    const std::uint64_t mark = page_mark(number, bytes);
    header_.sum ^= marks_[number] ^ mark;
    marks_[number] = mark;
    images.emplace(number, std::move(bytes));
  }
  header_.pass = pass;
  images.emplace(0, sealed_page(0, page_of(header_)));
  changed_nodes_.clear();
  fresh_.clear();
  changed_ = false;
  return images;
}

void Database::for_each(
    const std::function<void(std::string_view key, const std::string& value)>& visit) {
  if (header_.root != 0) visit_node(header_.root, visit);
}

void Database::visit_node(PageNumber number,
                          const std::function<void(std::string_view, const std::string&)>& visit) {
  for (const LeafEntry& entry : node(number).entries)
    visit(entry.key, value_of(entry));
  for (const BranchEntry& entry : node(number).children)
    visit_node(entry.child, visit);
}

}  // namespace standin
