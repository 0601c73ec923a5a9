#pragma once
// Pages of a database, sealed with a checksum, and what lies in them. Pure.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

inline constexpr std::size_t page_size = 8192;
using PageNumber = std::uint32_t;  ///< 0 is the header and stands for none

enum class PageKind : std::uint32_t { header = 1, leaf, branch, overflow, free };

struct Page {
  PageKind kind = PageKind::free;
  std::string content;
};

std::string sealed_page(PageNumber number, const Page& page);
/// Throws Damage when `bytes` are not that page, whole.
Page opened_page(PageNumber number, std::string_view bytes);
/// What a sealed page adds to the sum in the header.
std::uint64_t page_mark(PageNumber number, std::string_view bytes);

/// First page: whoever knows it and all others can tell whether they belong together.
struct DatabaseHeader {
  PageNumber pages = 1;  ///< in the file
  PageNumber root = 0;
  PageNumber free = 0;  ///< the first of a chain
  std::uint64_t records = 0;
  std::uint64_t change = 0;  ///< number of the last change in it
  std::uint64_t pass = 0;    ///< of the write daemon that wrote it last
  std::uint64_t sum = 0;     ///< of the marks of all other pages
};
Page page_of(const DatabaseHeader& header);
DatabaseHeader header_from(const Page& page);

/// A leaf's entry. A long value lies in a chain of overflow pages.
struct LeafEntry {
  std::string key;
  std::string value;
  PageNumber overflow = 0;
};
struct BranchEntry {
  std::string key;  ///< none in the child is smaller, unless it is the first child
  PageNumber child = 0;
};
struct Node {
  bool leaf = true;
  std::vector<LeafEntry> entries;
  std::vector<BranchEntry> children;
};
Page page_of(const Node& node);
Node node_from(const Page& page);
std::size_t entry_size(const LeafEntry& entry);
std::size_t content_size(const Node& node);
bool fits(const Node& node);

/// Of an overflow or free page: the next of its chain and, of an overflow page, a piece of value.
struct ChainLink {
  PageNumber next = 0;
  std::string piece;
};
Page page_of(const ChainLink& link, PageKind kind);
ChainLink link_from(const Page& page, PageKind kind);

inline constexpr std::size_t longest_piece = page_size - 64;
inline constexpr std::size_t longest_inline = 1024;

}  // namespace standin
