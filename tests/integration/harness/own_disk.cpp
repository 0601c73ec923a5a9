#include "tests/integration/harness/own_disk.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "supervisor/base/unique_fd.h"
#include "tests/integration/harness/program.h"

namespace testing_support {

namespace {

[[noreturn]] void throw_why(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

sup::UniqueFd open_directory(const std::string& path) {
  return sup::UniqueFd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

}  // namespace

bool OwnDisk::is_possible() {
  return ::geteuid() == 0 && ::access("/dev/loop-control", R_OK | W_OK) == 0 &&
         ::access("/usr/sbin/mkfs.ext4", X_OK) == 0;
}

OwnDisk::OwnDisk(std::string image, std::string point)
    : image_{std::move(image)}, point_{std::move(point)} {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    throw_why("a mount namespace");
  const sup::UniqueFd file{::open(image_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (::ftruncate(file.get(), 1L << 30) != 0) throw_why("a file for a file system");
  Program mkfs = Program::as_pid1({.argv = {"/usr/sbin/mkfs.ext4", "-q", image_}});
  if (mkfs.wait_code(within(60s)) != 0) throw std::runtime_error{"mkfs.ext4: " + mkfs.log()};
  mount_it();
}

OwnDisk::~OwnDisk() {
  ::umount2(point_.c_str(), MNT_DETACH);
}

void OwnDisk::mount_it() {
  const sup::UniqueFd control{::open("/dev/loop-control", O_RDWR | O_CLOEXEC)};
  const sup::UniqueFd file{::open(image_.c_str(), O_RDWR | O_CLOEXEC)};
  loop_config config{};
  config.fd = static_cast<std::uint32_t>(file.get());
  config.info.lo_flags = LO_FLAGS_AUTOCLEAR;  // the loop device goes with its last user
  // Another one may take the device that is free between the question and the answer.
  for (int attempts = 20; attempts > 0; --attempts) {
    device_ = "loop" + std::to_string(::ioctl(control.get(), LOOP_CTL_GET_FREE));
    const std::string path = "/dev/" + device_;
    const sup::UniqueFd device{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    if (::ioctl(device.get(), LOOP_CONFIGURE, &config) != 0) {
      if (errno == EBUSY) continue;
      break;
    }
    if (::mount(path.c_str(), point_.c_str(), "ext4", 0, "errors=remount-ro") != 0 ||
        ::chmod(point_.c_str(), 0770) != 0)
      break;
    return;
  }
  throw_why("a file system on a loop device");
}

std::string OwnDisk::trigger() const {
  return "/sys/fs/ext4/" + device_ + "/trigger_fs_error";
}

bool OwnDisk::can_fail() const {
  return ::access(trigger().c_str(), W_OK) == 0;
}

bool OwnDisk::fail() const {
  std::ofstream trigger_file{trigger()};
  trigger_file << "chaos" << std::flush;
  return trigger_file.good();
}

bool OwnDisk::set_read_only(bool read_only) const {
  unsigned long flags = MS_REMOUNT;
  if (read_only) flags |= MS_RDONLY;
  return ::mount(nullptr, point_.c_str(), nullptr, flags, nullptr) == 0;
}

bool OwnDisk::cut_off() const {
  const sup::UniqueFd root = open_directory(point_);
  std::uint32_t without_flushing = 2;  // EXT4_GOING_FLAGS_NOLOGFLUSH
  return ::ioctl(root.get(), _IOR('X', 125, std::uint32_t), &without_flushing) == 0;
}

bool OwnDisk::mount_again() {
  if (::umount2(point_.c_str(), 0) != 0) return false;
  mount_it();
  return true;
}

bool OwnDisk::set_stuck(bool stuck) const {
  const sup::UniqueFd root = open_directory(point_);
  return ::ioctl(root.get(), stuck ? FIFREEZE : FITHAW, 0) == 0;
}

}  // namespace testing_support
