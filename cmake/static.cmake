# How released programs are compiled and linked: static-pie, so that they run in an image that holds
# nothing else, and hardened.
if(IRIS_INIT_STATIC)
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
  add_compile_options(-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
    -ffunction-sections -fdata-sections)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
    add_compile_options(-fcf-protection)
  endif()
  add_link_options(-static-pie -Wl,--gc-sections,-z,relro,-z,now
    # PID 1 on musl is stripped apart: the architecture test reads its symbols.
    "$<$<NOT:$<STREQUAL:$<TARGET_PROPERTY:NAME>,iris-init-musl>>:-s>")
endif()
