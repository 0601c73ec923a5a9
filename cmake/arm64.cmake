# Toolchain: programs for arm64, built on another machine with Debian's g++-aarch64-linux-gnu. Libraries are what
# package/libraries.sh has fetched; headers that are the same for all architectures come from /usr/include.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CXX_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY) # a dynamic program could not be linked with what is there
set(IRIS_INIT_SYSROOT ${CMAKE_CURRENT_LIST_DIR}/../build/tools/arm64)
set(libraries ${IRIS_INIT_SYSROOT}/usr/lib/aarch64-linux-gnu)
set(CMAKE_LIBRARY_PATH ${libraries})
set(CMAKE_EXE_LINKER_FLAGS_INIT "-L${libraries} -B${libraries}") # -B: start files
