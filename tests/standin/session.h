#pragma once
// iris session: signing on, and one statement.
#include <string>
#include <vector>

namespace standin {

/// `INSTANCE [-U NAMESPACE] 'CODE'`. Exit status.
int iris_session(const std::vector<std::string>& arguments);

}  // namespace standin
