#pragma once
// What makes a container a container, without a runtime: PID, mount, IPC and network namespaces; as
// root, or in a user namespace where the machine allows it.
#include <string>

namespace testing_support {

/// Puts this whole test program, once, into a network namespace of its own with a working loopback
/// (and, without root, into a user namespace), and tries out a PID namespace with its own /proc. ""
/// when tests can run; otherwise why they cannot.
const std::string& why_no_namespaces();

/// In the child that is about to become PID 1: makes /proc show the new namespace. errno, or 0.
int mount_own_proc();

}  // namespace testing_support

/// First line of a test that needs namespaces. A macro: GTEST_SKIP() must return from the test.
#define SKIP_WITHOUT_NAMESPACES()                      \
  if (!::testing_support::why_no_namespaces().empty()) \
  GTEST_SKIP() << ::testing_support::why_no_namespaces()
