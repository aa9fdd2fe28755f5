#include "weir/sink/exposition.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "tests/sink/sink_fixture.hpp"

namespace weir {
namespace {

/// A sink with values of every length and texts that need care, committed.
class Exposition : public ::testing::Test {
 protected:
  Exposition() {
    Accounts accounts;
    std::uint64_t value = 1;
    for (std::uint64_t digits = 1; digits <= 20; ++digits) {
      write_flow(sink, accounts, 64500, digits, "bdr1", value - 1);
      write_flow(sink, accounts, digits, 64500, "bdr1", value);
      value *= digits < 20 ? 10 : 1;
    }
    write_flow(sink, accounts, 64500, 21, "\\ \" \n \xc5\xbd \xef\xbf\xbd", 3);
    write_flow(sink, accounts, 64500, 22, std::string(3000, 'x'), 3);
    write_flow(sink, accounts, 64500, 23, "", std::numeric_limits<std::uint64_t>::max());
    sink.commit({});
  }

  std::shared_ptr<TestLookup> names =
      std::make_shared<TestLookup>(NameMap{{1, "LEVEL3, \"US\""}, {64500, "OWN\\NET"}});
  TestClock clock;
  PrometheusSink sink{{.metrics = default_metrics(names), .now = clock.reader()}};
};

TEST_F(Exposition, IsTheSameHoweverLittleRoomThereIs) {
  for (const auto format : {ExpositionFormat::text, ExpositionFormat::openmetrics}) {
    const std::string whole = body_of(sink, format, "# TYPE x gauge\nx 1\n");
    const auto body =
        std::make_shared<const ExpositionBody>(sink.snapshot(), "# TYPE x gauge\nx 1\n", format);
    ASSERT_EQ(body->size(), whole.size());
    for (std::size_t room = 1; room <= 200; ++room) {
      ExpositionBody::Reader reader(body);
      std::string read;
      std::string piece(room + 1, '!');
      std::size_t got = 0;
      while ((got = reader.read(piece.data(), room)) != 0) {
        ASSERT_LE(got, room);
        ASSERT_EQ(piece[room], '!') << "wrote past the room";
        read.append(piece, 0, got);
      }
      ASSERT_EQ(read, whole) << "room " << room;
      ASSERT_EQ(reader.read(piece.data(), room), 0U) << "ended for good";
    }
  }
}

TEST_F(Exposition, ACopyOfAReaderGoesOnFromTheSamePlace) {
  const auto body =
      std::make_shared<const ExpositionBody>(sink.snapshot(), "", ExpositionFormat::text);
  ExpositionBody::Reader first(body);
  std::string head(10, '\0');
  EXPECT_EQ(first.read(head.data(), head.size()), 10U);
  ExpositionBody::Reader second = first;
  std::string a(body->size(), '\0');
  std::string b(body->size(), '\0');
  EXPECT_EQ(first.read(a.data(), a.size()), body->size() - 10);
  EXPECT_EQ(second.read(b.data(), b.size()), body->size() - 10);
  EXPECT_EQ(a, b);
}

TEST_F(Exposition, WritesTheTextFormat) {
  const std::string body = body_of(sink);
  EXPECT_TRUE(body.starts_with(
      "# HELP flow_transmit_bytes_total Bytes transferred.\n"
      "# TYPE flow_transmit_bytes_total counter\n"
      "flow_transmit_bytes_total{source_as=\"64500\",source_as_name=\"OWN\\\\NET\","
      "destination_as=\"1\",destination_as_name=\"LEVEL3, \\\"US\\\"\",hostname=\"bdr1\"} 0\n"))
      << body.substr(0, 400);
  EXPECT_NE(body.find("# HELP flow_receive_bytes_total Bytes received.\n"
                      "# TYPE flow_receive_bytes_total counter\n"),
            std::string::npos);
  EXPECT_NE(body.find("hostname=\"\\\\ \\\" \\n \xc5\xbd \xef\xbf\xbd\"} 3\n"), std::string::npos);
  EXPECT_NE(body.find("hostname=\"" + std::string(1024, 'x') + "\"} 3\n"), std::string::npos);
  EXPECT_NE(body.find("hostname=\"\"} 18446744073709551615\n"), std::string::npos);
  EXPECT_EQ(body.find("# EOF"), std::string::npos);
}

TEST_F(Exposition, WritesOpenMetrics) {
  const std::string body = body_of(sink, ExpositionFormat::openmetrics);
  EXPECT_NE(body.find("# HELP flow_receive_bytes Bytes received.\n"
                      "# TYPE flow_receive_bytes counter\n"
                      "flow_receive_bytes_total{"),
            std::string::npos);
  EXPECT_TRUE(body.ends_with("\n# EOF\n"));
  EXPECT_EQ(samples_of(body), samples_of(body_of(sink)));
}

/// The lines of a body that belong to series.
std::vector<std::string> sample_lines(const std::string& body) {
  std::vector<std::string> lines;
  std::istringstream in(body);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('#')) {
      lines.push_back(line);
    }
  }
  return lines;
}

TEST_F(Exposition, SaysSinceWhenSeriesWereCountedOnlyInOpenMetricsAndIfAsked) {
  EXPECT_EQ(body_of(sink, ExpositionFormat::text, "", true), body_of(sink));
  const std::string plain = body_of(sink, ExpositionFormat::openmetrics);
  EXPECT_EQ(plain.find("_created"), std::string::npos);
  const auto without = sample_lines(plain);
  const auto with = sample_lines(body_of(sink, ExpositionFormat::openmetrics, "", true));
  ASSERT_EQ(with.size(), 2 * without.size());
  for (std::size_t i = 0; i < without.size(); ++i) {
    // A label set's lines stand together.
    const std::string& total = with[2 * i];
    const std::string& created = with[2 * i + 1];
    EXPECT_EQ(total, without[i]);
    const std::size_t name = total.find("_total{");
    const std::size_t labels_end = total.rfind(' ');
    ASSERT_EQ(created.substr(0, created.rfind(' ')),
              total.substr(0, name) + "_created" + total.substr(name + 6, labels_end - name - 6));
    EXPECT_EQ(created.substr(created.rfind(' ') + 1), "1800000000");
  }
}

TEST_F(Exposition, WithCreatedLinesItIsTheSameHoweverLittleRoomThereIs) {
  const std::string whole = body_of(sink, ExpositionFormat::openmetrics, "", true);
  const auto body = std::make_shared<const ExpositionBody>(sink.snapshot(), "",
                                                           ExpositionFormat::openmetrics, true);
  ASSERT_EQ(body->size(), whole.size());
  for (const std::size_t room : {1UL, 7UL, 63UL, 64UL, 200UL, 301UL, 5000UL}) {
    ExpositionBody::Reader reader(body);
    std::string read;
    std::string piece(room + 1, '!');
    std::size_t got = 0;
    while ((got = reader.read(piece.data(), room)) != 0) {
      ASSERT_EQ(piece[room], '!') << "wrote past the room";
      read.append(piece, 0, got);
    }
    ASSERT_EQ(read, whole) << "room " << room;
  }
}

TEST(ExpositionBody, IsOnlyHeadsWithoutSeries) {
  PrometheusSink sink({.metrics = default_metrics(std::make_shared<TestLookup>())});
  EXPECT_EQ(body_of(sink),
            "# HELP flow_transmit_bytes_total Bytes transferred.\n"
            "# TYPE flow_transmit_bytes_total counter\n"
            "# HELP flow_receive_bytes_total Bytes received.\n"
            "# TYPE flow_receive_bytes_total counter\n");
}

TEST(ExpositionBody, CanBeEmpty) {
  PrometheusSink sink(PrometheusSinkOptions{});
  EXPECT_EQ(body_of(sink), "");
  EXPECT_EQ(body_of(sink, ExpositionFormat::openmetrics), "# EOF\n");
}

TEST(ExpositionBody, SaysWhatItIs) {
  EXPECT_EQ(content_type(ExpositionFormat::text), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(content_type(ExpositionFormat::openmetrics),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST_F(Exposition, SatisfiesPromtool) {
  if (std::system("promtool --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "promtool is not installed (Debian package prometheus)";
  }
  const auto directory = std::filesystem::temp_directory_path();
  const auto body = directory / ("weir-exposition." + std::to_string(::getpid()));
  const auto said = directory / ("weir-promtool." + std::to_string(::getpid()));
  FamilyWriter others(ExpositionFormat::text);
  others.single({"weir_up", "Whether it runs.", "gauge"}, 1);
  std::ofstream(body) << body_of(sink, ExpositionFormat::text, others.take());
  const std::string command =
      "promtool check metrics <'" + body.string() + "' >'" + said.string() + "' 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream in(said);
  EXPECT_EQ(status, 0) << std::string(std::istreambuf_iterator<char>(in), {});
  std::filesystem::remove(body);
  std::filesystem::remove(said);
}

}  // namespace
}  // namespace weir
