#include "probes/net/acceptor.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include "supervisor/base/nanos.h"

namespace probes::net {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// A flood of connections may not keep the others from being served.
constexpr int accepts_per_turn = 8;
constexpr sup::Nanos pause_without_descriptors = sup::milliseconds(100);

/// The connection went away before we came to it.
bool is_passing(int error) {
  return error == ECONNABORTED || error == EINTR;
}

}  // namespace

struct Acceptor::State : std::enable_shared_from_this<State> {
  explicit State(boost::asio::io_context& io) : listener{io}, pause{io} {}

  tcp::acceptor listener;
  boost::asio::steady_timer pause;
  Admit admit;
  MakeRoom make_room;

  void wait() {
    listener.async_wait(tcp::acceptor::wait_read, [self = shared_from_this()](error_code error) {
      if (!error) self->accept_some();
    });
  }

  void accept_some() {
    try {
      for (int i = 0; i < accepts_per_turn && listener.is_open(); ++i) {
        auto accepted = accept_next(listener.native_handle());
        if (accepted) {
          admit(*std::move(accepted));
        } else if (accepted.error().code == EAGAIN) {
          break;
        } else if (!is_passing(accepted.error().code)) {
          return retry_later();
        }
      }
      if (listener.is_open()) wait();
    } catch (...) {
      retry_later();  // no memory
    }
  }

  /// The listener stays readable: wait a little instead of spinning.
  void retry_later() {
    make_room();
    pause.expires_after(std::chrono::nanoseconds{pause_without_descriptors});
    pause.async_wait([self = shared_from_this()](error_code error) {
      if (!error && self->listener.is_open()) self->wait();
    });
  }
};

Acceptor::Acceptor(boost::asio::io_context& io) : state_{std::make_shared<State>(io)} {}
Acceptor::~Acceptor() {
  stop();
}

sup::Status Acceptor::start(Listener listener, Admit admit, MakeRoom make_room) {
  error_code error;
  state_->listener.assign(listener.address.is_v6() ? tcp::v6() : tcp::v4(), listener.fd.get(),
                          error);
  if (error) {
    return sup::errno_error("cannot listen on '" + to_text(listener.address) + "'", error.value());
  }
  static_cast<void>(listener.fd.release());
  state_->admit = std::move(admit);
  state_->make_room = std::move(make_room);
  state_->wait();
  return sup::ok;
}

void Acceptor::stop() {
  error_code ignored;
  state_->listener.close(ignored);  // a pause under way ends by itself and finds it closed
}

}  // namespace probes::net
