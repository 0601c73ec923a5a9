#pragma once
// ServiceNotice: what a supervisor outside of the container (systemd, podman) is told, and when, in
// the words of sd_notify(3). READY=1 once, when IRIS has been started; STOPPING=1 once; STATUS=
// whenever it is another. Pure.
#include <string>
#include <string_view>

namespace sup {

class ServiceNotice {
 public:
  /// What is new since told(); "" when nothing is.
  [[nodiscard]] std::string news(bool started, bool stopping, std::string_view status);
  /// The news have been taken. Until then they are given again.
  void told();

 private:
  struct Said {
    bool ready = false;
    bool stopping = false;
    std::string status;
  };
  Said said_;
  Said pending_;
};

}  // namespace sup
