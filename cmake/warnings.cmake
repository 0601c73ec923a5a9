# The warnings that every file of ours lives with; presets make them errors.
# -Wnull-dereference is left out: g++ 12 reports false ones inside Asio at -O2.
# -Wrestrict is off: g++ 12 sees overlaps in std::string's operator+ that cannot be (its bug 105651).
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wcast-align -Wformat=2 -Wimplicit-fallthrough -Wextra-semi
  "$<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wduplicated-branches;-Wlogical-op;-Wuseless-cast;-Wsuggest-override;-Wno-restrict>")
