# The house as data: its rooms, who may include whom, and which headers belong to which files.
# includes.cmake and house.cmake enforce it; to change an arrow is to change a line here.

# Each room and the rooms it may include (always itself too).
set(rooms
  supervisor/base supervisor/os supervisor/link supervisor/core
  supervisor/init supervisor/agent supervisor/irisctl
  probes probes/net cpfmerge cpfmerge/cli)
set(arrows_of_supervisor/base)
set(arrows_of_supervisor/os       supervisor/base)
set(arrows_of_supervisor/link     supervisor/base supervisor/os)
set(arrows_of_supervisor/core     supervisor/base)
set(arrows_of_supervisor/init     supervisor/base supervisor/os supervisor/link supervisor/core)
set(arrows_of_supervisor/agent    supervisor/base supervisor/os supervisor/link supervisor/core
                                  probes probes/net cpfmerge)
set(arrows_of_supervisor/irisctl  supervisor/base supervisor/core)
set(arrows_of_probes              supervisor/base)
set(arrows_of_probes/net          supervisor/base probes)
set(arrows_of_cpfmerge            supervisor/base)
set(arrows_of_cpfmerge/cli        supervisor/base supervisor/os supervisor/link supervisor/core cpfmerge)

# Rooms that decide and never do: no I/O, clock, thread, Asio or logging.
set(pure_rooms supervisor/core cpfmerge probes)
set(impure_headers
  "^(boost/|sys/|netinet/|arpa/|linux/|unistd|fcntl|signal|poll\\.h|pthread|spawn\\.h)"
  "^(spdlog|fstream|iostream|cstdio|stdio|cstdlib|stdlib|ctime|time\\.h|thread|mutex|future|filesystem)"
  "^supervisor/base/(log|line_writer|unique_fd)\\.h$")

# Headers that only some files may include. A line: <regex of the header> => <regex of the files>.
set(reserved_headers
  "^boost/beast  => ^probes/net/http_server\\.cpp$"
  "^boost/       => ^(supervisor/agent|probes/net)/"
  "^spdlog/      => ^supervisor/base/log\\.cpp$"
  "^ini\\.h$     => ^supervisor/core/(ini|settings)[^/]*\\.cpp$"
  "^nettle/      => ^cpfmerge/")

# Headers through which a file of the data volume is opened, looked at or watched. PID 1 and the
# agent may not: a stuck volume makes the caller unkillable. Short-lived helpers of cpfmerge do it.
set(volume_headers
  "^sys/(statvfs|statfs|vfs)\\.h$"
  "^supervisor/os/(volume|data)[^/]*\\.h$")
set(volume_rooms cpfmerge/cli supervisor/os)
