# Counts what a check finds: every violation gets its line, the end fails when there was one.
function(violation file text)
  message("${file}: ${text}")
  set_property(GLOBAL APPEND PROPERTY violations "${file}")
endfunction()

function(end_of_check good)
  get_property(found GLOBAL PROPERTY violations)
  list(LENGTH found count)
  if(count GREATER 0)
    message(FATAL_ERROR "${count} violation(s)")
  endif()
  message("${good}")
endfunction()
