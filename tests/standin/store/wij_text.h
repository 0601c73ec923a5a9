#pragma once
// The write image journal as bytes: how far the databases are, and all pages of a pass before it
// goes to the databases. Pure.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace standin {

enum class WijState : std::uint32_t {
  clean = 1,  ///< after an orderly stop
  done,       ///< the pass is in the databases
  pending,    ///< the pass has to be written to the databases once more
};

struct WijHeader {
  WijState state = WijState::clean;
  std::uint64_t pass = 0;
  std::uint64_t change = 0;  ///< the databases hold all changes up to this one
  std::string journal;       ///< name of the file in which the next change lies or a later one
  /// Each database with the number of the last change in it, once the pass is done.
  std::map<std::string, std::uint64_t> databases;
  std::uint32_t images = 0;  ///< how many follow, and their checksum
  std::uint32_t images_checksum = 0;
};

struct PageImage {
  std::string database;
  PageNumber page = 0;
  std::string bytes;
};

/// Images begin behind the header, whose place has a fixed size.
inline constexpr std::size_t wij_header_size = 16384;

std::string wij_header_bytes(const WijHeader& header);
WijHeader wij_header_from(std::string_view bytes);  ///< throws Damage
std::string wij_image_bytes(const std::vector<PageImage>& images);
/// Throws Damage when they are not those that the header means.
std::vector<PageImage> wij_images_from(const WijHeader& header, std::string_view bytes);

}  // namespace standin
