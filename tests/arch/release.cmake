# static.cmake for the four programs of the release preset; skipped while there are none.
# PARTLY: those that are there will do; a bench builds one of them.
#   cmake -DREADELF=<readelf> -DRELEASE=<build/release/bin> [-DPARTLY=ON] -P release.cmake
cmake_minimum_required(VERSION 3.25)
set(PROGRAMS)
foreach(name iris-init iris-agent irisctl cpfmerge)
  if(EXISTS ${RELEASE}/${name})
    list(APPEND PROGRAMS ${RELEASE}/${name})
  endif()
endforeach()
list(LENGTH PROGRAMS count)
if(count EQUAL 0)
  message("SKIPPED: nothing released in '${RELEASE}' yet")
  return()
endif()
if(count LESS 4 AND NOT PARTLY)
  message(FATAL_ERROR "only ${count} of the four programs are in '${RELEASE}'")
endif()
include(${CMAKE_CURRENT_LIST_DIR}/static.cmake)
