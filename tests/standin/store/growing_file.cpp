// Appending whole pieces.
#include "store/growing_file.h"

namespace standin {

bool GrowingFile::append(std::string_view piece) {
  const auto size = static_cast<off_t>(size_);
  // Behind a rest that stays nothing would ever be read.
  if (has_rest_ && (::ftruncate(fd_.get(), size) != 0 || ::lseek(fd_.get(), size, SEEK_SET) < 0))
    return false;
  has_rest_ = true;
  if (!write_all(fd_.get(), piece) || ::fdatasync(fd_.get()) != 0) return false;
  has_rest_ = false;
  size_ += piece.size();
  return true;
}

}  // namespace standin
