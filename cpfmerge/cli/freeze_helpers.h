#pragma once
// What a freeze needs of the data volume. Each helper takes the data directory, whose iris.cpf
// names all others: a directory that it names and that cannot be opened is an error.
#include "cpfmerge/cli/commands.h"

namespace cpf::cli {

/// `DATA`: every file system of data, journals, write image journal and streams is flushed, each
/// once.
int sync_helper(Words arguments);

/// `DATA`: prints `PATH SIZE MTIME` of every IRIS.DAT, further volume of a database and IRIS.WIJ,
/// sorted.
int witness_helper(Words arguments);

/// `DATA`: prints the line of messages.log that tells who has resumed IRIS after its last
/// suspension; nothing when there is none.
int resumed_helper(Words arguments);

}  // namespace cpf::cli
