#pragma once
// Where the data of an instance, or of a copy of it, lies; and its files as the store reads and
// writes them. Everything here fails with false or nothing, and errno.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "store/journal_record.h"
#include "store/wij_text.h"

namespace standin {

struct Volume {
  fs::path data;     ///< the data directory: databases in it are named by what follows
  fs::path wij;      ///< IRIS.WIJ
  fs::path journal;  ///< the directory of journal files

  /// How the database in a directory is called in journal and WIJ.
  [[nodiscard]] std::string database_name(const fs::path& directory) const;
  [[nodiscard]] fs::path database_file(const std::string& name) const;
};

/// Pieces of a file, in place.
class PlacedFile {
 public:
  enum class Access { read, write };
  static std::optional<PlacedFile> open(const fs::path& file, Access access);
  /// Less than asked for at the end of the file.
  [[nodiscard]] std::string read(std::size_t offset, std::size_t size) const;
  [[nodiscard]] bool write(std::size_t offset, std::string_view bytes) const;
  [[nodiscard]] bool sync() const;
  [[nodiscard]] std::size_t size() const;

 private:
  explicit PlacedFile(UniqueFd fd) : fd_{std::move(fd)} {}
  UniqueFd fd_;
};

/// Every IRIS.DAT below the data directory, by the name of its database.
std::map<std::string, fs::path> databases_in(const Volume& volume);

/// Reads pages of a file that is there now.
PageReader page_reader(const fs::path& file);

/// Nothing: there is none, or it is damaged.
std::optional<WijHeader> read_wij_header(const Volume& volume);
bool write_wij_header(const Volume& volume, const WijHeader& header);
/// Throws Damage.
std::vector<PageImage> read_wij_images(const Volume& volume, const WijHeader& header);
/// The images, with their number and checksum into the header, which is not written.
bool write_wij_images(const Volume& volume, WijHeader& header,
                      const std::vector<PageImage>& images);
/// The pages into the databases, all on disk when true.
bool write_images(const Volume& volume, const std::vector<PageImage>& images);

}  // namespace standin
