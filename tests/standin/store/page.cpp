// Encoding and decoding pages.
#include "store/page.h"

#include "store/bytes.h"

namespace standin {
namespace {

constexpr std::string_view magic = "IRISDAT1";
constexpr std::size_t frame = 16;  // checksum, number, kind, length

const Page& expect(const Page& page, PageKind kind) {
  if (page.kind != kind) throw Damage{"a page of another kind"};
  return page;
}

}  // namespace

std::string sealed_page(PageNumber number, const Page& page) {
  if (page.content.size() > page_size - frame) throw Damage{"too much for a page"};
  std::string body;
  put_u32(body, number);
  put_u32(body, static_cast<std::uint32_t>(page.kind));
  put_text(body, page.content);
  body.resize(page_size - 4);
  std::string bytes;
  put_u32(bytes, checksum(body));
  return bytes + body;
}

Page opened_page(PageNumber number, std::string_view bytes) {
  const std::string name = "page " + std::to_string(number);
  if (bytes.size() != page_size) throw Damage{name + " is missing"};
  Taker taker{bytes};
  if (taker.u32() != checksum(taker.rest())) throw Damage{name + " has a wrong checksum"};
  if (taker.u32() != number) throw Damage{name + " is another one"};
  Page page;
  page.kind = static_cast<PageKind>(taker.u32());
  page.content = taker.text();
  return page;
}

std::uint64_t page_mark(PageNumber number, std::string_view bytes) {
  return mixed((std::uint64_t{number} << 32U) | Taker{bytes}.u32());
}

Page page_of(const DatabaseHeader& header) {
  Page page{PageKind::header, std::string{magic}};
  for (const std::uint64_t number :
       {std::uint64_t{header.pages}, std::uint64_t{header.root}, std::uint64_t{header.free},
        header.records, header.change, header.pass, header.sum})
    put_u64(page.content, number);
  return page;
}

DatabaseHeader header_from(const Page& page) {
  Taker taker{expect(page, PageKind::header).content};
  if (taker.bytes(magic.size()) != magic) throw Damage{"not a database"};
  DatabaseHeader header;
  header.pages = static_cast<PageNumber>(taker.u64());
  header.root = static_cast<PageNumber>(taker.u64());
  header.free = static_cast<PageNumber>(taker.u64());
  header.records = taker.u64();
  header.change = taker.u64();
  header.pass = taker.u64();
  header.sum = taker.u64();
  return header;
}

Page page_of(const Node& node) {
  Page page{node.leaf ? PageKind::leaf : PageKind::branch, {}};
  put_u32(page.content,
          static_cast<std::uint32_t>(node.leaf ? node.entries.size() : node.children.size()));
  for (const LeafEntry& entry : node.entries) {
    put_text(page.content, entry.key);
    put_u32(page.content, entry.overflow);
    put_text(page.content, entry.value);
  }
  for (const BranchEntry& child : node.children) {
    put_text(page.content, child.key);
    put_u32(page.content, child.child);
  }
  return page;
}

Node node_from(const Page& page) {
  Node node;
  node.leaf = page.kind == PageKind::leaf;
  Taker taker{expect(page, node.leaf ? PageKind::leaf : PageKind::branch).content};
  for (std::uint32_t count = taker.u32(); count > 0; --count) {
    std::string key{taker.text()};
    const PageNumber number = taker.u32();
    if (node.leaf)
      node.entries.push_back({std::move(key), std::string{taker.text()}, number});
    else
      node.children.push_back({std::move(key), number});
  }
  return node;
}

std::size_t entry_size(const LeafEntry& entry) {
  return 12 + entry.key.size() + entry.value.size();
}

std::size_t content_size(const Node& node) {
  std::size_t size = 4;
  for (const LeafEntry& entry : node.entries)
    size += entry_size(entry);
  for (const BranchEntry& child : node.children)
    size += 8 + child.key.size();
  return size;
}

bool fits(const Node& node) {
  return content_size(node) <= page_size - frame;
}

Page page_of(const ChainLink& link, PageKind kind) {
  Page page{kind, {}};
  put_u32(page.content, link.next);
  put_text(page.content, link.piece);
  return page;
}

ChainLink link_from(const Page& page, PageKind kind) {
  Taker taker{expect(page, kind).content};
  ChainLink link;
  link.next = taker.u32();
  link.piece = taker.text();
  return link;
}

}  // namespace standin
