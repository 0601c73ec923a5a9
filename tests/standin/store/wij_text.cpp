// Encoding and decoding the write image journal.
#include "store/wij_text.h"

#include "store/bytes.h"

namespace standin {
namespace {

constexpr std::string_view magic = "IRISWIJ1";

}  // namespace

std::string wij_header_bytes(const WijHeader& header) {
  std::string body{magic};
  put_u32(body, static_cast<std::uint32_t>(header.state));
  put_u64(body, header.pass);
  put_u64(body, header.change);
  put_text(body, header.journal);
  put_u32(body, header.images);
  put_u32(body, header.images_checksum);
  put_u32(body, static_cast<std::uint32_t>(header.databases.size()));
  for (const auto& [database, change] : header.databases) {
    put_text(body, database);
    put_u64(body, change);
  }
  if (body.size() > wij_header_size - 4) throw Damage{"too many databases"};
  body.resize(wij_header_size - 4);
  std::string bytes;
  put_u32(bytes, checksum(body));
  return bytes + body;
}

WijHeader wij_header_from(std::string_view bytes) {
  Taker whole{bytes};
  const std::uint32_t sum = whole.u32();
  const std::string_view body = whole.bytes(wij_header_size - 4);
  if (checksum(body) != sum) throw Damage{"its header has a wrong checksum"};
  Taker taker{body};
  if (taker.bytes(magic.size()) != magic) throw Damage{"not a write image journal"};
  WijHeader header;
  header.state = static_cast<WijState>(taker.u32());
  header.pass = taker.u64();
  header.change = taker.u64();
  header.journal = taker.text();
  header.images = taker.u32();
  header.images_checksum = taker.u32();
  for (std::uint32_t count = taker.u32(); count > 0; --count) {
    const std::string database{taker.text()};
    header.databases[database] = taker.u64();
  }
  return header;
}

std::string wij_image_bytes(const std::vector<PageImage>& images) {
  std::string bytes;
  for (const PageImage& image : images) {
    put_text(bytes, image.database);
    put_u32(bytes, image.page);
    bytes += image.bytes;
  }
  return bytes;
}

std::vector<PageImage> wij_images_from(const WijHeader& header, std::string_view bytes) {
  std::vector<PageImage> images;
  Taker taker{bytes};
  for (std::uint32_t count = header.images; count > 0; --count) {
    PageImage image;
    image.database = taker.text();
    image.page = taker.u32();
    image.bytes = taker.bytes(page_size);
    images.push_back(std::move(image));
  }
  if (checksum(bytes.substr(0, bytes.size() - taker.rest().size())) != header.images_checksum)
    throw Damage{"its images are not those of its header"};
  return images;
}

}  // namespace standin
