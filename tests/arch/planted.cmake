# A guard that was never seen failing guards nothing: plants one violation after the other in a tree
# of its own and demands that the check finds it, and that it is content without.
#   cmake -DWORK=<scratch dir> -DCXX=<g++> -DAR=<ar> -DNM=… -DREADELF=… -DSTRIP=… -P planted.cmake
cmake_minimum_required(VERSION 3.25)
set(here ${CMAKE_CURRENT_LIST_DIR})

# Runs a check; `wanted` is what its output must match, or "" when it must be content.
function(expect what wanted)
  execute_process(COMMAND ${CMAKE_COMMAND} ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  string(REGEX REPLACE "[ \n]+" " " out "${out}")  # CMake wraps its messages
  if(wanted STREQUAL "" AND NOT code EQUAL 0)
    message(FATAL_ERROR "${what}: should have passed, but: ${out}")
  elseif(NOT wanted STREQUAL "" AND (code EQUAL 0 OR NOT out MATCHES "${wanted}"))
    message(FATAL_ERROR "${what}: should have failed with '${wanted}', but: ${out}")
  endif()
  message("${what}: as expected")
endfunction()

# One violation in the text of one file: plant, check, take out.
function(plant check path text wanted)
  file(WRITE ${WORK}/tree/${path} "${text}")
  expect("${check}: ${path}: ${wanted}" "${wanted}" -DROOT=${WORK}/tree -P ${here}/${check}.cmake)
  file(REMOVE ${WORK}/tree/${path})
endfunction()

function(make_program name source)
  file(WRITE ${WORK}/${name}.cpp "${source}")
  execute_process(COMMAND ${CXX} -std=c++20 -Os -o ${WORK}/${name} ${WORK}/${name}.cpp ${ARGN}
    COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(make_archive name source)
  file(WRITE ${WORK}/${name}.cpp "${source}")
  execute_process(COMMAND ${CXX} -std=c++20 -c -o ${WORK}/${name}.o ${WORK}/${name}.cpp COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${AR} rcs ${WORK}/${name}.a ${WORK}/${name}.o COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/tree/supervisor/base/result.h "#pragma once\n// Result.\n#include <string>\n")
file(WRITE ${WORK}/tree/probes/net/http_server.cpp
  "#include <boost/beast/http.hpp>\n#include \"probes/check.h\"\n// no co_await here\n")
file(WRITE ${WORK}/tree/CONTRIBUTING.md "The stand-in is for tests.\n")
file(WRITE ${WORK}/tree/docs.md "A long-standing, outstanding rule.\n")

foreach(check includes house)
  expect("${check}: a clean tree" "" -DROOT=${WORK}/tree -P ${here}/${check}.cmake)
  expect("${check}: an empty tree" "no source file" -DROOT=${WORK}/nothing -P ${here}/${check}.cmake)
endforeach()

set(core supervisor/core/x.cpp)
plant(includes ${core} "#include \"supervisor/os/spawn.h\"\n" "core may not include supervisor/os")
plant(includes ${core} "#include \"freeze.h\"\n" "is in no room")
plant(includes ${core} "  #  include <unistd.h>\n" "core is pure")
plant(includes ${core} "#include \"supervisor/base/log.h\"\n" "core is pure")
plant(includes ${core} "#include <ini.h>\n" "reserved")
plant(includes supervisor/base/x.h "#include \"supervisor/core/x.h\"\n" "base may not include")
plant(includes supervisor/os/x.h "#include \"supervisor/link/x.h\"\n" "os may not include")
plant(includes supervisor/init/x.cpp "#include \"probes/check.h\"\n" "init may not include probes")
plant(includes supervisor/init/x.cpp "#include <boost/asio/io_context.hpp>\n" "reserved")
plant(includes supervisor/agent/x.cpp "#include \"supervisor/init/x.h\"\n" "agent may not include")
plant(includes supervisor/agent/x.cpp "#include \"cpfmerge/cli/x.h\"\n" "agent may not include")
plant(includes supervisor/agent/x.cpp "#include <sys/statvfs.h>\n" "may not touch the data volume")
plant(includes supervisor/agent/x.cpp "#include <boost/beast/core.hpp>\n" "reserved")
plant(includes supervisor/agent/x.cpp "#include <spdlog/spdlog.h>\n" "reserved")
plant(includes supervisor/irisctl/x.cpp "#include \"supervisor/agent/x.h\"\n" "irisctl may not include")
plant(includes supervisor/other/x.cpp "int x;\n" "lies in no room")
plant(includes probes/x.cpp "#include \"probes/net/http_server.h\"\n" "probes may not include")
plant(includes probes/net/x.cpp "#include \"supervisor/core/x.h\"\n" "net may not include")
plant(includes cpfmerge/x.cpp "#include <fstream>\n" "cpfmerge is pure")
plant(includes cpfmerge/cli/x.cpp "#include \"probes/check.h\"\n" "cli may not include")

plant(house ${core} "auto x = co_await f();\n" "no coroutines")
plant(house ${core} "int x = std::system(\"ls\");\n" "no system")
plant(house ${core} "FILE* f = popen(\"ls\", \"r\");\n" "no popen")
plant(house ${core} "// stand-in\n" "speaks of the stand-in")
plant(house .github/ci.yml "Standin: true\n" "speaks of the stand-in")
plant(house tests/fakes/x.h "#pragma once\n#include <string>\n" "begins with")
plant(house tests/fakes/x.h "// x\n#pragma once\n" "begins with")
string(REPEAT "int x;\n" 401 long)
plant(house tests/unit/x.cpp "${long}" "401 lines")

set(tools -DNM=${NM} -DREADELF=${READELF} -DSTRIP=${STRIP})
make_archive(pure "#include <string>\nstd::string f(int n) { return std::to_string(n); }")
expect("purity: a pure archive" "" ${tools} -DLIB=${WORK}/pure.a -P ${here}/purity.cmake)
expect("purity: no archive" "." ${tools} -DLIB=${WORK}/none.a -P ${here}/purity.cmake)
make_archive(impure "#include <chrono>\n#include <cstdio>\n#include <cstdlib>\n#include <fstream>\n\
#include <iostream>\n#include <fcntl.h>\n#include <unistd.h>\nvoid f() {\n  printf(\"%d\", 7); std::cout << 1; std::ifstream{\"x\"};\n\
  (void)(getenv(\"x\") && std::chrono::steady_clock::now().time_since_epoch().count() && fork() && time(nullptr) &&\n\
         rand() && open(\"x\", 0)); }\n")
foreach(name getenv steady_clock3now fork time rand open cout printf basic_ifstream)
  expect("purity: ${name}" "is not pure.*[ _0-9A-Za-z]${name}" ${tools} -DLIB=${WORK}/impure.a -P ${here}/purity.cmake)
endforeach()

function(expect_pid1 what wanted program)
  expect("pid1: ${what}" "${wanted}" ${tools} -DPROGRAM=${WORK}/${program} -P ${here}/pid1.cmake)
endfunction()
set(bare -nostdlib -static -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -Wl,-e,main)
make_program(small "int main() { for (;;) {} }" ${bare})
make_program(dynamic "int main() {}")
make_program(large "char data[200000] = {1};\nint main() { for (;;) {} }" ${bare})
make_program(heap "extern \"C\" void* malloc(unsigned long n) { return (void*)n; }\nint main() { return malloc(1) != nullptr; }" ${bare})
make_program(boost "namespace boost { void run() {} }\nint main() { boost::run(); }" ${bare})
make_program(stripped "int main() { for (;;) {} }" ${bare} -s)
expect_pid1("a small program" "" small)
expect_pid1("a dynamic program" "INTERP" dynamic)
expect_pid1("a large program" "at most 131072" large)
expect_pid1("a heap" "has a heap" heap)
expect_pid1("boost" "holds 'boost::run" boost)
expect_pid1("a stripped program" "has no symbols" stripped)

expect("static: a static program" "" ${tools} -DPROGRAMS=${WORK}/small -P ${here}/static.cmake)
expect("static: a dynamic program" "INTERP" ${tools} -DPROGRAMS=${WORK}/dynamic -P ${here}/static.cmake)
expect("static: none" "no program" ${tools} -P ${here}/static.cmake)
file(REMOVE_RECURSE ${WORK})
