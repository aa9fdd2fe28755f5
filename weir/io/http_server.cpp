#include "weir/io/http_server.hpp"

#include <fmt/format.h>
#include <microhttpd.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <condition_variable>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

#include "weir/base/error.hpp"
#include "weir/base/log.hpp"
#include "weir/io/listen_socket.hpp"

namespace weir {
namespace {

/// One request and what is known of its answer; lives from its first line to its last byte.
struct Exchange {
  enum class Step { headers, body, parked, done };

  Step step = Step::headers;
  std::string query;
  bool cut_short = false;  // the path has a NUL, and the library would let it end there
  HttpConnections::Connection* connection = nullptr;
  std::shared_ptr<PendingReply> reply = std::make_shared<PendingReply>();
};

struct DaemonDeleter {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};
struct ResponseDeleter {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
using Daemon = std::unique_ptr<MHD_Daemon, DaemonDeleter>;
using Response = std::unique_ptr<MHD_Response, ResponseDeleter>;

/// Threads started while this lives take no signals: those belong to the main thread.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

HttpConnections::Connection* connection_of(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == nullptr ? nullptr
                         : static_cast<HttpConnections::Connection*>(info->socket_context);
}

HttpHeaders headers_of(MHD_Connection* connection) {
  HttpHeaders headers;
  MHD_get_connection_values(
      connection, MHD_HEADER_KIND,
      [](void* to, MHD_ValueKind, const char* key, const char* value) {
        static_cast<HttpHeaders*>(to)->emplace_back(key, value == nullptr ? "" : value);
        return MHD_YES;
      },
      &headers);
  return headers;
}

/// Whether the request announces more body than `limit`, or does not say how much.
bool body_too_large(MHD_Connection* connection, std::size_t limit) {
  if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding") != nullptr) {
    return true;
  }
  const char* length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
  if (length == nullptr) {
    return false;
  }
  std::size_t bytes = 0;
  const auto [rest, error] = std::from_chars(length, length + std::strlen(length), bytes);
  return error != std::errc() || *rest != '\0' || bytes > limit;
}

Response from_text(std::shared_ptr<const std::string> text) {
  auto owner = std::make_unique<std::shared_ptr<const std::string>>(std::move(text));
  const std::string& bytes = **owner;
  Response response(MHD_create_response_from_buffer_with_free_callback_cls(
      bytes.size(), const_cast<char*>(bytes.data()),
      [](void* held) { delete static_cast<std::shared_ptr<const std::string>*>(held); },
      owner.get()));
  if (response) {
    static_cast<void>(owner.release());
  }
  return response;
}

ssize_t read_stream(void* user, std::uint64_t, char* out, std::size_t room) {
  try {
    const std::size_t made = static_cast<BodyStream*>(user)->read(out, room);
    // 0 would make the library ask again at once, for ever.
    return made == 0 || made > room ? MHD_CONTENT_READER_END_WITH_ERROR
                                    : static_cast<ssize_t>(made);
  } catch (const std::exception& error) {
    log::error("a response broke off", {{"error", error.what()}});
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
}

Response from_stream(BodyStream stream, std::size_t block_bytes) {
  if (stream.size == 0) {
    return from_text(std::make_shared<const std::string>());
  }
  auto owner = std::make_unique<BodyStream>(std::move(stream));
  Response response(
      MHD_create_response_from_callback(owner->size, block_bytes, &read_stream, owner.get(),
                                        [](void* held) { delete static_cast<BodyStream*>(held); }));
  if (response) {
    static_cast<void>(owner.release());
  }
  return response;
}

Response to_library(HttpResponse from, std::size_t block_bytes) {
  Response response;
  if (auto* stream = std::get_if<BodyStream>(&from.body)) {
    response = from_stream(std::move(*stream), block_bytes);
  } else if (auto* shared = std::get_if<std::shared_ptr<const std::string>>(&from.body)) {
    response = from_text(*shared ? std::move(*shared) : std::make_shared<const std::string>());
  } else {
    response =
        from_text(std::make_shared<const std::string>(std::get<std::string>(std::move(from.body))));
  }
  if (response && !from.content_type.empty()) {
    MHD_add_response_header(response.get(), "Content-Type", from.content_type.c_str());
  }
  for (const auto& [name, value] : from.headers) {
    if (response) {
      MHD_add_response_header(response.get(), name.c_str(), value.c_str());
    }
  }
  return response;
}

std::size_t affordable(std::size_t connections) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) {
    return connections;
  }
  return std::clamp<std::size_t>(files.rlim_cur / 2, 1, connections);
}

}  // namespace

struct HttpServer::Impl {
  Impl(HttpServerOptions given, HttpHandler to)
      : options(std::move(given)),
        handler(std::move(to)),
        connections(options.deadlines, affordable(options.max_connections), counters) {}

  void start();
  void listen(const std::string& address);
  void watch(const std::stop_token& stop);
  MHD_Result advance(MHD_Connection* connection, Exchange& exchange, const char* url,
                     std::string_view method);
  void ask_handler(MHD_Connection* connection, const Exchange& exchange, const char* url,
                   std::string_view method) const;
  MHD_Result answer(MHD_Connection* connection, Exchange& exchange, HttpResponse response);

  static void on_connection(void* self, MHD_Connection* connection, void** context,
                            MHD_ConnectionNotificationCode code);
  static void* on_request_line(void* self, const char* uri, MHD_Connection* connection);
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url,
                               const char* method, const char* version, const char* upload,
                               std::size_t* upload_size, void** context);
  static void on_completed(void* self, MHD_Connection* connection, void** context,
                           MHD_RequestTerminationCode code);
  static void on_log(void* self, const char* format, std::va_list arguments);

  const HttpServerOptions options;
  const HttpHandler handler;
  HttpCounters counters;
  HttpConnections connections;
  log::Limited complaints;
  std::vector<std::string> addresses;
  std::vector<std::uint16_t> ports;
  std::vector<Daemon> daemons;
  std::mutex watch_mutex;
  std::condition_variable_any watch_again;
  std::jthread watcher;
};

void HttpServer::Impl::start() {
  const SignalsBlocked blocked;
  for (const std::string& address : options.addresses) {
    listen(address);
  }
  watcher = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

void HttpServer::Impl::listen(const std::string& address) {
  ListenSocket socket = listen_on(options.flag, address);
  const unsigned flags =
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  // The library keeps headers and its notes on them in one piece of memory, hence a quarter more.
  const std::size_t memory = options.max_header_bytes + options.max_header_bytes / 4;
  // Connections that made room for new ones are still there for a moment.
  const auto limit = static_cast<unsigned>(options.max_connections + 64);
  Daemon daemon(MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, this,  //
                                 MHD_OPTION_EXTERNAL_LOGGER, &on_log, this,      //
                                 MHD_OPTION_LISTEN_SOCKET, socket.fd.get(),      //
                                 MHD_OPTION_CONNECTION_LIMIT, limit,             //
                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,     //
                                 MHD_OPTION_NOTIFY_CONNECTION, &on_connection, this,
                                 MHD_OPTION_URI_LOG_CALLBACK, &on_request_line, this,
                                 MHD_OPTION_NOTIFY_COMPLETED, &on_completed, this, MHD_OPTION_END));
  if (!daemon) {
    throw Error(
        fmt::format("{} {}: the HTTP server does not start; are there enough threads and files?",
                    options.flag, address));
  }
  static_cast<void>(socket.fd.release());  // the library's now
  daemons.push_back(std::move(daemon));
  addresses.push_back(socket.address);
  ports.push_back(socket.port);
}

void HttpServer::Impl::watch(const std::stop_token& stop) {
  using std::chrono::milliseconds;
  const HttpDeadlines& d = options.deadlines;
  const milliseconds shortest = std::min({d.request, d.answer, d.body, d.idle});
  const milliseconds tick = std::clamp(shortest / 8, milliseconds(10), milliseconds(1000));
  std::unique_lock lock(watch_mutex);
  while (!stop.stop_requested()) {
    watch_again.wait_for(lock, stop, tick, [] { return false; });
    connections.reap(HttpConnections::Clock::now());
  }
}

void HttpServer::Impl::on_connection(void* self, MHD_Connection* connection, void** context,
                                     MHD_ConnectionNotificationCode code) {
  HttpConnections& connections = static_cast<Impl*>(self)->connections;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context = connections.opened(info->connect_fd);
  } else if (*context != nullptr) {
    connections.closed(static_cast<HttpConnections::Connection*>(*context));
    *context = nullptr;
  }
}

void* HttpServer::Impl::on_request_line(void* self, const char* uri, MHD_Connection* connection) {
  auto exchange = std::make_unique<Exchange>();
  exchange->connection = connection_of(connection);
  const char* question = std::strchr(uri, '?');
  exchange->query = question == nullptr ? "" : question + 1;
  const std::string_view line(uri);
  exchange->cut_short = line.substr(0, line.find('?')).find("%00") != std::string_view::npos;
  if (exchange->connection != nullptr) {
    static_cast<Impl*>(self)->connections.reading(*exchange->connection);
  }
  return exchange.release();
}

MHD_Result HttpServer::Impl::on_request(void* self, MHD_Connection* connection, const char* url,
                                        const char* method, const char*, const char*,
                                        std::size_t* upload_size, void** context) {
  auto* exchange = static_cast<Exchange*>(*context);
  if (exchange == nullptr || exchange->connection == nullptr) {
    return MHD_NO;
  }
  if (*upload_size > 0) {
    *upload_size = 0;  // thrown away
    return MHD_YES;
  }
  try {
    return static_cast<Impl*>(self)->advance(connection, *exchange, url, method);
  } catch (const std::exception& error) {
    log::error("a request failed", {{"path", url}, {"error", error.what()}});
    return MHD_NO;
  }
}

MHD_Result HttpServer::Impl::advance(MHD_Connection* connection, Exchange& exchange,
                                     const char* url, std::string_view method) {
  if (exchange.step == Exchange::Step::headers) {
    counters.requests.fetch_add(1, std::memory_order_relaxed);
    exchange.step = Exchange::Step::body;
    if (exchange.cut_short) {
      return answer(connection, exchange, HttpResponse::text(400, "a path has no NUL\n"));
    }
    if (body_too_large(connection, options.max_body_bytes)) {
      return answer(connection, exchange, HttpResponse::text(413, "the body is too large\n"));
    }
    return MHD_YES;  // called again when the body has been read, also an empty one
  }
  if (exchange.step == Exchange::Step::body) {
    exchange.step = Exchange::Step::parked;
    connections.waiting(*exchange.connection, exchange.reply);
    ask_handler(connection, exchange, url, method);
    const bool parked = exchange.reply->park([connection] { MHD_suspend_connection(connection); },
                                             [connection] { MHD_resume_connection(connection); });
    if (parked) {
      return MHD_YES;
    }
  }
  std::optional<HttpResponse> response = exchange.reply->take();
  return response ? answer(connection, exchange, std::move(*response)) : MHD_NO;
}

void HttpServer::Impl::ask_handler(MHD_Connection* connection, const Exchange& exchange,
                                   const char* url, std::string_view method) const {
  HttpRequest request{.method = std::string(method == "HEAD" ? "GET" : method),
                      .path = url,
                      .query = exchange.query,
                      .headers = headers_of(connection)};
  Reply reply(
      [pending = exchange.reply](HttpResponse response) { pending->offer(std::move(response)); });
  try {
    handler(request, reply);
  } catch (const std::exception& error) {
    log::error("a request failed", {{"path", request.path}, {"error", error.what()}});
    reply.send(HttpResponse::text(500, "internal error\n"));
  }
}

MHD_Result HttpServer::Impl::answer(MHD_Connection* connection, Exchange& exchange,
                                    HttpResponse response) {
  exchange.step = Exchange::Step::done;
  connections.writing(*exchange.connection);
  const auto status = static_cast<unsigned>(response.status);
  const Response made = to_library(std::move(response), options.block_bytes);
  return made ? MHD_queue_response(connection, status, made.get()) : MHD_NO;
}

void HttpServer::Impl::on_completed(void* self, MHD_Connection*, void** context,
                                    MHD_RequestTerminationCode) {
  const std::unique_ptr<Exchange> exchange(
      static_cast<Exchange*>(std::exchange(*context, nullptr)));
  if (exchange && exchange->connection != nullptr) {
    static_cast<Impl*>(self)->connections.idle(*exchange->connection);
  }
}

void HttpServer::Impl::on_log(void* self, const char* format, std::va_list arguments) {
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  std::string_view line(text.data());
  line = line.substr(0, line.find_last_not_of('\n') + 1);
  static_cast<Impl*>(self)->complaints.write(log::Level::debug, "HTTP server",
                                             {{"detail", std::string(line)}});
}

HttpServer::HttpServer(HttpServerOptions options, HttpHandler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {
  try {
    impl_->start();
  } catch (...) {
    stop();  // what listens already
    throw;
  }
}

HttpServer::~HttpServer() {
  stop();
}

void HttpServer::stop() {
  impl_->watcher = std::jthread();
  // The library must not be stopped while requests are suspended, and none is once these are
  // answered.
  impl_->connections.stop();
  impl_->daemons.clear();
}

const std::vector<std::string>& HttpServer::addresses() const {
  return impl_->addresses;
}
std::uint16_t HttpServer::port(std::size_t listener) const {
  return impl_->ports.at(listener);
}
const HttpCounters& HttpServer::counters() const {
  return impl_->counters;
}

std::string http_server_library_version() {
  return MHD_get_version();
}

}  // namespace weir
