#pragma once
// OwnDisk: an ext4 on a loop device, mounted over a directory of ours, that can do what a disk does
// to those who trust it. In a mount namespace of this program alone: it goes when this program
// goes.
#include <string>

namespace testing_support {

class OwnDisk {
 public:
  /// Root, loop devices and mkfs.ext4 are there.
  static bool is_possible();

  /// Makes the file system in `image` and mounts it over `point`; throws why it cannot.
  OwnDisk(std::string image, std::string point);
  OwnDisk(const OwnDisk&) = delete;
  OwnDisk& operator=(const OwnDisk&) = delete;
  ~OwnDisk();

  /// The kernel can be asked to find an error on it.
  [[nodiscard]] bool can_fail() const;
  /// It finds one, and takes no more writes until it is mounted again.
  [[nodiscard]] bool fail() const;
  /// False as long as somebody has a file of it open for writing.
  [[nodiscard]] bool set_read_only(bool read_only) const;
  /// What it has not been made to flush is lost, and nothing more gets to it.
  [[nodiscard]] bool cut_off() const;
  /// Another machine mounts it. False as long as somebody uses it here.
  [[nodiscard]] bool mount_again();
  /// Every write waits, or goes on.
  [[nodiscard]] bool set_stuck(bool stuck) const;

 private:
  void mount_it();
  [[nodiscard]] std::string trigger() const;

  std::string image_;
  std::string point_;
  std::string device_;  ///< loop3
};

}  // namespace testing_support
