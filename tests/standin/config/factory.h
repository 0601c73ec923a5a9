#pragma once
// The first iris.cpf of an instance: what its sections hold before anybody changed them.
#include <string>

#include "config/cpf.h"

namespace standin {

/// Of an instance whose data are in `data`. A licensed image has no web server of its own.
Cpf factory_cpf(const std::string& data);

}  // namespace standin
