// Files of the store.
#include "store/volume.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

#include "store/bytes.h"

namespace standin {

std::string Volume::database_name(const fs::path& directory) const {
  const fs::path relative =
      directory.lexically_normal().lexically_relative(data.lexically_normal());
  std::string name = relative.empty() || relative.string().starts_with("..") ? directory.string()
                                                                             : relative.string();
  while (name.size() > 1 && name.ends_with('/'))
    name.pop_back();
  return name;
}

fs::path Volume::database_file(const std::string& name) const {
  return data / name / "IRIS.DAT";
}

std::optional<PlacedFile> PlacedFile::open(const fs::path& file, Access access) {
  UniqueFd fd{::open(file.c_str(), (access == Access::write ? O_RDWR : O_RDONLY) | O_CLOEXEC)};
  if (!fd) return std::nullopt;
  return PlacedFile{std::move(fd)};
}

std::string PlacedFile::read(std::size_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n =
        ::pread(fd_.get(), bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

bool PlacedFile::write(std::size_t offset, std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::size_t>(n);
  }
  return true;
}

bool PlacedFile::sync() const {
  return ::fdatasync(fd_.get()) == 0;
}

std::size_t PlacedFile::size() const {
  struct stat about {};
  return ::fstat(fd_.get(), &about) == 0 ? static_cast<std::size_t>(about.st_size) : 0;
}

std::map<std::string, fs::path> databases_in(const Volume& volume) {
  std::map<std::string, fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at{volume.data, error}, end; at != end && !error;
       at.increment(error))
    if (at->path().filename() == "IRIS.DAT")
      files[volume.database_name(at->path().parent_path())] = at->path();
  return files;
}

PageReader page_reader(const fs::path& file) {
  auto opened = PlacedFile::open(file, PlacedFile::Access::read);
  if (!opened) throw Damage{"cannot open " + file.string()};
  const auto shared = std::make_shared<PlacedFile>(std::move(*opened));
  return [shared](PageNumber number) { return shared->read(number * page_size, page_size); };
}

std::optional<WijHeader> read_wij_header(const Volume& volume) {
  const auto file = PlacedFile::open(volume.wij, PlacedFile::Access::read);
  if (!file) return std::nullopt;
  try {
    return wij_header_from(file->read(0, wij_header_size));
  } catch (const Damage&) {
    return std::nullopt;
  }
}

bool write_wij_header(const Volume& volume, const WijHeader& header) {
  if (!fs::exists(volume.wij)) return write_file(volume.wij, wij_header_bytes(header));
  const auto file = PlacedFile::open(volume.wij, PlacedFile::Access::write);
  return file && file->write(0, wij_header_bytes(header)) && file->sync();
}

std::vector<PageImage> read_wij_images(const Volume& volume, const WijHeader& header) {
  const auto file = PlacedFile::open(volume.wij, PlacedFile::Access::read);
  if (!file) throw Damage{"cannot open " + volume.wij.string()};
  const std::size_t size = file->size();
  const std::size_t rest = size > wij_header_size ? size - wij_header_size : 0;
  return wij_images_from(header, file->read(wij_header_size, rest));
}

bool write_wij_images(const Volume& volume, WijHeader& header,
                      const std::vector<PageImage>& images) {
  const std::string bytes = wij_image_bytes(images);
  header.images = static_cast<std::uint32_t>(images.size());
  header.images_checksum = checksum(bytes);
  const auto file = PlacedFile::open(volume.wij, PlacedFile::Access::write);
  return file && file->write(wij_header_size, bytes) && file->sync();
}

bool write_images(const Volume& volume, const std::vector<PageImage>& images) {
  std::map<std::string, PlacedFile> files;
  for (const PageImage& image : images) {
    auto file = files.find(image.database);
    if (file == files.end()) {
      auto opened =
          PlacedFile::open(volume.database_file(image.database), PlacedFile::Access::write);
      if (!opened) return false;
      file = files.emplace(image.database, std::move(*opened)).first;
    }
    if (!file->second.write(image.page * page_size, image.bytes)) return false;
  }
  for (const auto& [database, file] : files)
    if (!file.sync()) return false;
  return true;
}

}  // namespace standin
