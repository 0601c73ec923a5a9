# How released programs are compiled and linked: static-pie, so that they run in an image that holds
# nothing else, hardened, small, and the same bytes wherever they are built.
if(IRIS_INIT_STATIC)
  # Most of what is in the programs waits for somebody else; bytes in every image count more.
  set(CMAKE_CXX_FLAGS_RELEASE "-Os -DNDEBUG")
  add_compile_options(-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
    -ffunction-sections -fdata-sections
    # No name of a directory of the build may come into a program.
    -ffile-prefix-map=${CMAKE_BINARY_DIR}=build -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
    add_compile_options(-fcf-protection)
    # Half of the relocations' bytes. musl 1.2.3 cannot read them, nor does binutils 2.40 write them for arm64.
    add_link_options("$<$<NOT:$<STREQUAL:$<TARGET_PROPERTY:NAME>,iris-init-musl>>:-Wl,-z,pack-relative-relocs>")
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
    add_compile_options(-mbranch-protection=standard)
  endif()
  add_link_options(-static-pie -Wl,--gc-sections,-z,relro,-z,now,--build-id=none
    # PID 1 on musl is stripped apart: the architecture test reads its symbols.
    "$<$<NOT:$<STREQUAL:$<TARGET_PROPERTY:NAME>,iris-init-musl>>:-s>")
endif()
