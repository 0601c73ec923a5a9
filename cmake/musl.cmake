# How PID 1 is built on musl with Debian's g++ and libstdc++ headers: a freestanding-like subset, no
# libstdc++ archive, no exceptions, no RTTI. `musl-gcc -static-pie` silently makes a dynamic program,
# so the start files are named one by one.
#
#   add_musl_executable(NAME SOURCE…)   defines NAME only where musl-tools is installed
string(REPLACE "-gnu" "-musl" musl_triplet "${CMAKE_CXX_LIBRARY_ARCHITECTURE}")
set(musl_root "${IRIS_INIT_SYSROOT}/usr/lib/${musl_triplet}") # the sysroot is a toolchain's; natively there is none
set(musl_include "${IRIS_INIT_SYSROOT}/usr/include/${musl_triplet}")
if(IRIS_INIT_MUSL AND EXISTS ${musl_root}/rcrt1.o AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(IRIS_INIT_MUSL_FOUND TRUE)
else()
  set(IRIS_INIT_MUSL_FOUND FALSE)
endif()

function(add_musl_executable name)
  if(NOT IRIS_INIT_MUSL_FOUND)
    return()
  endif()
  foreach(file include crtbeginS.o crtendS.o libgcc.a)
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${file}
      OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    set(gcc_${file} ${found})
  endforeach()
  # libstdc++'s headers, wherever this compiler has them.
  set(cxx_includes ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
  list(FILTER cxx_includes INCLUDE REGEX "/c\\+\\+/")
  list(TRANSFORM cxx_includes PREPEND "SHELL:-isystem ")

  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  # Each page counts. What the two options leave out costs some hundred bytes and gains nothing here.
  set(smallest -Oz -fno-tree-loop-im -fno-if-conversion)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
    set(machine -mno-outline-atomics) # libgcc's helpers for them ask glibc what the processor can
  else()
    # Marks for indirect branches would be in vain: musl's own objects have none, so the loader would not heed them.
    set(machine -fcf-protection=none)
  endif()
  # Sanitizers and assertions of other presets do not exist without libstdc++.
  target_compile_options(${name} PRIVATE -fno-sanitize=all -U_GLIBCXX_ASSERTIONS ${smallest} -fPIE ${machine}
    -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-unwind-tables -fno-asynchronous-unwind-tables
    -flto -ffunction-sections -fdata-sections -fstack-protector-strong -U_FORTIFY_SOURCE
    -nostdinc -nostdinc++ "-D__GLIBC_PREREQ(a,b)=0" ${cxx_includes}
    "SHELL:-isystem ${musl_include}" "SHELL:-isystem ${gcc_include}")
  target_link_options(${name} PRIVATE -fno-sanitize=all -flto ${smallest} -nostdlib -static-pie
    -Wl,--gc-sections,-z,relro,-z,now,--build-id=none
    ${musl_root}/rcrt1.o ${musl_root}/crti.o ${gcc_crtbeginS.o})
  target_link_libraries(${name} PRIVATE ${musl_root}/libc.a ${gcc_libgcc.a} ${gcc_crtendS.o} ${musl_root}/crtn.o)
endfunction()
