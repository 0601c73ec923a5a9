#pragma once
// The page for people: one self-contained HTML document made from the view. No script; every value
// is escaped; it reloads itself.
#include <string>
#include <string_view>

#include "probes/view.h"

namespace probes {

std::string render_page(const View& view, int refresh_seconds);

/// For text between tags and for attribute values in double quotes.
std::string escape_html(std::string_view text);

/// The Content-Security-Policy of the page. The hash is the one of the text of its <style>; a test
/// computes it anew.
inline constexpr std::string_view page_security_policy =
    "default-src 'none'; style-src 'sha256-o8QjkGFOoWynS9eC3LkUFzICxbQTCn34PuZCqwptTZ4='; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace probes
