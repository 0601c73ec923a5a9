# How PID 1 is built on musl with Debian's g++ and libstdc++ headers: a freestanding-like subset, no
# libstdc++ archive, no exceptions, no RTTI. `musl-gcc -static-pie` silently makes a dynamic program,
# so the start files are named one by one.
#
#   add_musl_executable(NAME SOURCE…)   defines NAME only where musl-tools is installed
set(musl_root "/usr/lib/${CMAKE_CXX_LIBRARY_ARCHITECTURE}")
string(REPLACE "-gnu" "-musl" musl_root "${musl_root}")
string(REPLACE "/usr/lib/" "/usr/include/" musl_include "${musl_root}")
if(IRIS_INIT_MUSL AND EXISTS ${musl_root}/rcrt1.o AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(IRIS_INIT_MUSL_FOUND TRUE)
else()
  set(IRIS_INIT_MUSL_FOUND FALSE)
endif()

function(add_musl_executable name)
  if(NOT IRIS_INIT_MUSL_FOUND)
    return()
  endif()
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=include
    OUTPUT_VARIABLE gcc_include OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=crtbeginS.o
    OUTPUT_VARIABLE crt_begin OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=crtendS.o
    OUTPUT_VARIABLE crt_end OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-libgcc-file-name
    OUTPUT_VARIABLE libgcc OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "^[0-9]+" gcc_major "${CMAKE_CXX_COMPILER_VERSION}")

  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  # Each page counts. What the two options leave out costs some hundred bytes and gains nothing here.
  set(smallest -Oz -fno-tree-loop-im -fno-if-conversion)
  # Sanitizers and assertions of other presets do not exist without libstdc++. Marks for indirect
  # branches would be in vain: musl's own objects have none, so the loader would not heed them.
  target_compile_options(${name} PRIVATE -fno-sanitize=all -U_GLIBCXX_ASSERTIONS ${smallest} -fPIE -fcf-protection=none
    -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-unwind-tables -fno-asynchronous-unwind-tables
    -flto -ffunction-sections -fdata-sections -fstack-protector-strong -U_FORTIFY_SOURCE
    -nostdinc -nostdinc++ "-D__GLIBC_PREREQ(a,b)=0"
    "SHELL:-isystem /usr/include/c++/${gcc_major}"
    "SHELL:-isystem /usr/include/${CMAKE_CXX_LIBRARY_ARCHITECTURE}/c++/${gcc_major}"
    "SHELL:-isystem ${musl_include}" "SHELL:-isystem ${gcc_include}")
  target_link_options(${name} PRIVATE -fno-sanitize=all -flto ${smallest} -nostdlib -static-pie
    -Wl,--gc-sections,-z,relro,-z,now,--build-id=none
    ${musl_root}/rcrt1.o ${musl_root}/crti.o ${crt_begin})
  target_link_libraries(${name} PRIVATE ${musl_root}/libc.a ${libgcc} ${crt_end} ${musl_root}/crtn.o)
endfunction()
