#include "weir/web/page.hpp"

#include <cstddef>

#include "weir/base/utf8.hpp"

namespace weir {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>weir</title><style>
:root{color-scheme:light dark;--line:#8885;--soft:#59636e;--link:#0969da;--good:#1a7f37;--bad:#cf222e}
@media(prefers-color-scheme:dark){:root{--soft:#9198a1;--link:#58a6ff;--good:#3fb950;--bad:#ff7b72}}
body{font:16px/1.45 system-ui,sans-serif;max-width:46rem;margin:1.2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.05rem;margin:1.3rem 0 .3rem}p{margin:.3rem 0}
a{color:var(--link)}nav a{margin-right:1.2rem}footer,.soft{color:var(--soft)}footer{margin-top:1.3rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-top:1px solid var(--line);vertical-align:top}
th{font-weight:400;color:var(--soft);width:15rem}td{overflow-wrap:anywhere}
.state{font-weight:600;margin:.8rem 0}.good{color:var(--good)}.bad{color:var(--bad)}
@media(max-width:30rem){th,td{display:block;width:auto;padding:0}th{padding-top:.4rem}td{border:0}}
</style></head><body>
<h1>weir</h1><p class="soft">)";

void append_section(const PageSection& section, std::string& page) {
  page += "<h2>";
  append_html(section.title, page);
  page += "</h2>\n<table>\n";
  for (const auto& [name, value] : section.rows) {
    page += "<tr><th scope=\"row\">";
    append_html(name, page);
    page += "</th><td>";
    append_html(value, page);
    page += "</td></tr>\n";
  }
  page += "</table>\n";
}

}  // namespace

void append_html(std::string_view raw, std::string& out) {
  std::string text;
  append_mended(text, raw);
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

std::string render_page(const PageFacts& facts) {
  std::string page(kHead);
  append_html(facts.does, page);
  page += "</p>\n";
  if (facts.not_ready.empty()) {
    page += "<p class=\"state good\">Ready</p>\n";
  } else {
    page += "<p class=\"state bad\">Not ready: ";
    append_html(facts.not_ready, page);
    page += "</p>\n";
  }
  page +=
      "<nav><a href=\"/metrics\">Metrics</a><a href=\"/-/ready\">Ready</a>"
      "<a href=\"/-/healthy\">Healthy</a>";
  if (facts.refused) {
    page += "<a href=\"/api/v1/refused\">Refused records</a>";
  }
  page += "</nav>\n";
  for (const PageSection& section : facts.sections) {
    append_section(section, page);
  }
  page += "<footer>";
  append_html(facts.version, page);
  if (!facts.as_of.empty()) {
    page += " · numbers as of ";
    append_html(facts.as_of, page);
  }
  page += "</footer></body></html>\n";
  return page;
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) {
    text.insert(at - 3, 1, ',');
  }
  return text;
}

}  // namespace weir
