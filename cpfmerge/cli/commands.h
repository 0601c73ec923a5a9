#pragma once
// The commands of cpfmerge. Each gets what stands behind its name and returns the exit code.
#include <span>

namespace cpf::cli {

struct Exit {
  static constexpr int fine = 0;
  static constexpr int errors = 1;
  static constexpr int usage = 2;
  static constexpr int no_match = 65;
};

using Words = std::span<char* const>;

int check_command(Words arguments);
int diff_command(Words arguments);
int follow_command(Words arguments);
int merge_command(Words arguments);
int password_command(Words arguments);
int prepare_command(Words arguments);
int read_back_command(Words arguments);
int helper_command(Words arguments);

}  // namespace cpf::cli
