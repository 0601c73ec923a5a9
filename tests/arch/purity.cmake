# Fails when a pure library refers to a function that reaches outside the process, reads a clock or
# writes a log.
#   cmake -DNM=<nm> -DLIB=<archive> -P purity.cmake
cmake_minimum_required(VERSION 3.25)

set(impure
  # files and directories
  "_?_?(open|openat|creat)(64)?(_2)?" "_?_?p?(read|write)(64)?(_chk)?" "readv|writev|close"
  "f?(open|reopen|dopen|close|read|write|gets|puts|flush)(64|_unlocked|_chk)?" "_*(getline|getdelim)"
  "_*(f|v|vf|d|vd)?printf(_chk)?" "puts|putchar|perror|scanf|fscanf" "stdin|stdout|stderr"
  "_?_?(f|l|x|fx|lx)?stat(at|vfs|fs|x)?(64)?" "(open|read|close)dir(64)?" "ftw|nftw|glob|realpath"
  "rename|unlink|mkdir|rmdir|chmod|chown|f?truncate|f?sync|syncfs|mmap(64)?|flock|lockf|access|getcwd|chdir"
  # the world outside: processes, signals, sockets, environment, users, randomness
  "v?fork|clone3?|exec[lv]p?e?|posix_spawnp?|system|popen|waitid|waitpid|wait4?|kill|raise"
  "signal|sigaction|sigprocmask|pthread_(create|kill|sigmask)|syscall|prctl|ioctl|fcntl(64)?|dup[23]?|pipe2?"
  "socket|socketpair|connect|bind|listen|accept4?|send|sendto|sendmsg|recv|recvfrom|recvmsg|poll|ppoll|select|epoll_.*"
  "(secure_)?getenv|setenv|putenv|environ|getpid|getuid|geteuid|getpw.*|getaddrinfo|sysconf"
  "getrandom|getentropy|s?rand(om)?(_r)?|arc4random.*"
  # clocks and pauses
  "time|clock|clock_gettime|gettimeofday|localtime(_r)?|sleep|usleep|nanosleep|timerfd_.*|alarm"
  "_ZNSt6chrono3_V2[0-9]+[a-z_]+clock3nowEv" "_ZNSt13random_device.*"
  # streams, threads and file systems of the standard library; inih reading a file; our log
  "_ZSt4(cout|cerr|clog)|_ZSt3cin" "_ZNSt14basic_[io]?fstream.*" "_ZNSt6thread.*" "_ZNS?t?10filesystem.*"
  "ini_parse|ini_parse_file" "_ZN3sup3log.*" "_ZN3sup10LineWriter.*")

execute_process(COMMAND ${NM} -u ${LIB} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES " U [^\n]+")
  message(FATAL_ERROR "'${LIB}' refers to nothing at all: not the archive that was meant")
endif()
string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
set(hits "")
foreach(line ${symbols})
  string(REGEX MATCH " [Uw] ([^ @]+)" _ "${line}")
  set(name "${CMAKE_MATCH_1}")
  foreach(pattern ${impure})
    if(name MATCHES "^(${pattern})$")
      list(APPEND hits "${name}")
    endif()
  endforeach()
endforeach()
if(hits)
  list(REMOVE_DUPLICATES hits)
  list(JOIN hits ", " hits)
  message(FATAL_ERROR "'${LIB}' is not pure, it uses: ${hits}")
endif()
message("'${LIB}' reaches nothing outside the process")
