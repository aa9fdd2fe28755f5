#pragma once

#include <string>
#include <vector>

#include "weir/io/http.hpp"
#include "weir/web/backend.hpp"
#include "weir/web/scrape_worker.hpp"

namespace weir {

struct RouteOptions {
  bool enable_lifecycle = false;  ///< allow POST /-/reload
};

/// Maps requests to answers: `/metrics`, `/`, `/-/healthy`, `/-/ready`, `/-/reload`,
/// `/api/v1/refused`. Unknown paths are 404, wrong methods 405. Thread-safe.
class Routes {
 public:
  /// Both must outlive this.
  Routes(WebBackend& backend, ScrapeWorker& scrapes, RouteOptions options)
      : backend_(backend), scrapes_(scrapes), options_(options) {}

  void operator()(const HttpRequest& request, const Reply& reply) const;

 private:
  void answer_reload(const Reply& reply) const;
  void answer_refused(const Reply& reply) const;

  WebBackend& backend_;
  ScrapeWorker& scrapes_;
  RouteOptions options_;
};

}  // namespace weir
