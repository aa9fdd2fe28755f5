#include "weir/web/routes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace weir {
namespace {

struct Route {
  std::string_view path;
  std::array<std::string_view, 2> methods;
  std::string_view allow;  ///< the Allow header of a 405
};

constexpr auto kRoutes = std::to_array<Route>({
    {"/", {"GET"}, "GET, HEAD"},
    {"/metrics", {"GET"}, "GET, HEAD"},
    {"/-/healthy", {"GET"}, "GET, HEAD"},
    {"/-/ready", {"GET"}, "GET, HEAD"},
    {"/-/reload", {"POST", "PUT"}, "POST, PUT"},
    {"/api/v1/refused", {"GET"}, "GET, HEAD"},
});

HttpResponse json(std::string text) {
  HttpResponse response;
  response.content_type = "application/json";
  response.headers = {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
  response.body = std::move(text);
  return response;
}

HttpResponse html(std::string page) {
  HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Cache-Control", "no-store"}};
  response.body = std::move(page);
  return response;
}

}  // namespace

void Routes::operator()(const HttpRequest& request, const Reply& reply) const {
  const auto* const route = std::find_if(
      kRoutes.begin(), kRoutes.end(), [&](const Route& each) { return each.path == request.path; });
  if (route == kRoutes.end()) {
    reply.send(HttpResponse::text(
        404,
        "not found; what there is: / /metrics /-/healthy /-/ready /-/reload /api/v1/refused\n"));
    return;
  }
  if (std::find(route->methods.begin(), route->methods.end(), request.method) ==
      route->methods.end()) {
    auto response = HttpResponse::text(405, "this path takes " + std::string(route->allow) + "\n");
    response.headers.emplace_back("Allow", route->allow);
    reply.send(std::move(response));
    return;
  }
  if (request.path == "/metrics") {
    scrapes_.answer(request, reply);
  } else if (request.path == "/-/healthy") {
    reply.send(HttpResponse::text(200, "healthy\n"));
  } else if (request.path == "/-/ready") {
    const std::string why = backend_.not_ready();
    reply.send(why.empty() ? HttpResponse::text(200, "ready\n")
                           : HttpResponse::text(503, why + "\n"));
  } else if (request.path == "/-/reload") {
    answer_reload(reply);
  } else if (request.path == "/api/v1/refused") {
    answer_refused(reply);
  } else {
    reply.send(html(backend_.page()));
  }
}

void Routes::answer_reload(const Reply& reply) const {
  if (!options_.enable_lifecycle) {
    reply.send(HttpResponse::text(403,
                                  "reloading by HTTP is off; --web.enable-lifecycle allows it, "
                                  "SIGHUP always works\n"));
    return;
  }
  backend_.reload([reply](const std::string& why) {
    reply.send(why.empty() ? HttpResponse::text(200, "reloaded\n")
                           : HttpResponse::text(500, "nothing has changed: " + why + "\n"));
  });
}

void Routes::answer_refused(const Reply& reply) const {
  std::optional<std::string> refused = backend_.refused();
  reply.send(refused ? json(*std::move(refused))
                     : HttpResponse::text(404, "this program keeps no refused records\n"));
}

}  // namespace weir
