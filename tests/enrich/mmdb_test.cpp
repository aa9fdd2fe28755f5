#include "weir/enrich/mmdb.hpp"

#include <gtest/gtest.h>
#include <maxminddb.h>

#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/mmdb_writer.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/usage_error.hpp"
#include "weir/io/file.hpp"

namespace weir {
namespace {

using Kind = Mmdb::Value::Kind;

/// `network entry` of each.
std::vector<std::string> networks_of(const Mmdb& file) {
  std::vector<std::string> all;
  file.networks([&](const Mmdb::Network& found) {
    all.push_back(found.network.address.to_string() + "/" + std::to_string(found.network.length) +
                  " " + std::to_string(found.entry));
  });
  return all;
}

std::string with(MmdbWriter& writer, const std::string& name, const std::string& value) {
  mmdb::Members members = writer.members();
  for (auto& [key, old] : members) {
    if (key == name) {
      old = value;
    }
  }
  return writer.bytes(mmdb::map(members));
}

TEST(Mmdb, NetworksComeInOrderWhateverTheSizeOfRecords) {
  for (const unsigned bits : {24U, 28U, 32U}) {
    MmdbWriter writer(bits);
    const std::uint32_t first = writer.put(mmdb::text("first"));
    const std::uint32_t second = writer.put(mmdb::text("second"));
    writer.insert("2001:db8::/32", first);
    writer.insert("192.0.2.0/24", first);
    writer.insert("192.0.2.128/25", second);
    writer.insert("255.255.255.255", first);
    writer.insert("ffff::/16", second);
    const std::string a = std::to_string(first);
    const std::string b = std::to_string(second);
    EXPECT_EQ(networks_of(Mmdb(writer.bytes())),
              (std::vector<std::string>{"192.0.2.0/25 " + a, "192.0.2.128/25 " + b,
                                        "255.255.255.255/32 " + a, "2001:db8::/32 " + a,
                                        "ffff::/16 " + b}))
        << bits;
  }
}

TEST(Mmdb, ATreeOfIpv4AloneIsRead) {
  MmdbWriter writer(28, 4);
  const std::uint32_t at = writer.put(mmdb::text("x"));
  writer.insert("0.0.0.0/1", at);
  EXPECT_EQ(networks_of(Mmdb(writer.bytes())), std::vector<std::string>{"0.0.0.0/1 0"});
}

TEST(Mmdb, Ipv4NetworksThatAnIpv6TreeHasTwiceComeOnce) {
  MmdbWriter writer;
  const std::uint32_t at = writer.put(mmdb::text("x"));
  writer.insert("10.0.0.0/8", at);
  writer.insert("2002::/17", at);
  constexpr std::uint32_t kIpv4 = 96;  // nodes were made downwards: that of ::/96 is the 96th
  writer.set_record(writer.nodes() - 1, 1, kIpv4);
  const std::vector<std::string> all = networks_of(Mmdb(writer.bytes()));
  EXPECT_EQ(all, (std::vector<std::string>{"10.0.0.0/8 0", "2002::/17 0"}));
}

TEST(Mmdb, WithoutANodeForIpv4ItHasWhatTheRecordAboveSays) {
  MmdbWriter writer;
  const std::uint32_t at = writer.put(mmdb::text("x"));
  writer.insert("::/8", at);
  EXPECT_EQ(networks_of(Mmdb(writer.bytes())), (std::vector<std::string>{"0.0.0.0/0 0", "::/8 0"}));
}

TEST(Mmdb, ValuesAreFoundThroughMapsAndPointers) {
  MmdbWriter writer;
  const std::uint32_t far = writer.put(std::string(600'000, '\0'));
  static_cast<void>(far);
  const std::uint32_t shared = writer.put(mmdb::map({{"iso_code", mmdb::text("DE")}}));
  const std::uint32_t key = writer.put(mmdb::text("big"));
  const std::string long_text(70'000, 'y');
  const std::uint32_t at = writer.put(
      mmdb::control(7, 5) + mmdb::text("skipped") +
      mmdb::map({{"list", mmdb::array({mmdb::text("country"), mmdb::number(7), mmdb::array({})})},
                 {"yes", mmdb::control(14, 1)},
                 {"real", mmdb::control(3, 8) + std::string(8, 'r')},
                 {"float", mmdb::control(15, 4) + std::string(4, 'f')},
                 {"wide", mmdb::control(10, 16) + std::string(16, 'w')},
                 {"signed", mmdb::control(8, 4) + std::string(4, '\xff')},
                 {"bytes", mmdb::control(4, 3) + "\1\2\3"}}) +
      mmdb::text("country") + mmdb::pointer(shared, 4) + mmdb::text("again") +
      mmdb::pointer(shared, 3) + mmdb::pointer(key, 3) + mmdb::number(0x123456789abcdef0, 9) +
      mmdb::text("long") + mmdb::text(long_text));
  const Mmdb file(writer.bytes());
  EXPECT_EQ(file.find(at, {"country", "iso_code"}).text, "DE");
  EXPECT_EQ(file.find(at, {"again", "iso_code"}).text, "DE");
  EXPECT_EQ(file.find(at, {"big"}).kind, Kind::number);
  EXPECT_EQ(file.find(at, {"big"}).number, 0x123456789abcdef0);
  EXPECT_EQ(file.find(at, {"long"}).text, long_text);
  EXPECT_EQ(file.find(at, {"country"}).kind, Kind::none) << "a map is no value";
  EXPECT_EQ(file.find(at, {"skipped", "real"}).kind, Kind::none);
  EXPECT_EQ(file.find(at, {"country", "iso_code", "more"}).kind, Kind::none);
  EXPECT_EQ(file.find(at, {"absent"}).kind, Kind::none);
}

TEST(Mmdb, ShortPointersCountFromWhereTheFormatSays) {
  MmdbWriter writer;
  const std::uint32_t near = writer.put(mmdb::text("near"));
  writer.put(std::string(2100, '\0'));
  const std::uint32_t middle = writer.put(mmdb::text("middle"));
  const std::uint32_t at =
      writer.put(mmdb::control(7, 2) + mmdb::text("a") + mmdb::pointer(near, 1) + mmdb::text("b") +
                 mmdb::pointer(middle, 2));
  const Mmdb file(writer.bytes());
  EXPECT_EQ(file.find(at, {"a"}).text, "near");
  EXPECT_EQ(file.find(at, {"b"}).text, "middle");
}

TEST(Mmdb, WhatIsNoSuchFileIsRefusedWithWhatToDo) {
  EXPECT_EQ(usage_error([] { Mmdb(""); }), "this is no MaxMind DB file (.mmdb)");
  EXPECT_EQ(usage_error([] { Mmdb("<html>"); }), "this is no MaxMind DB file (.mmdb)");
  EXPECT_FALSE(Mmdb::looks_like("<html>"));
  MmdbWriter writer;
  EXPECT_TRUE(Mmdb::looks_like(writer.bytes()));
  const auto error = [&](const std::string& name, const std::string& value) {
    return usage_error([&] { Mmdb(with(writer, name, value)); });
  };
  EXPECT_NE(error("binary_format_major_version", mmdb::number(3, 5)).find("format version"),
            std::string::npos);
  EXPECT_NE(error("record_size", mmdb::number(20, 5)).find("record_size"), std::string::npos);
  EXPECT_NE(error("ip_version", mmdb::number(5, 5)).find("ip_version"), std::string::npos);
  EXPECT_NE(error("node_count", mmdb::text("many")).find("node_count"), std::string::npos);
  EXPECT_NE(error("node_count", mmdb::number(1'000'000)).find("longer than the file"),
            std::string::npos);
}

TEST(Mmdb, ATreeThatLeadsNowhereOrInCirclesIsRefused) {
  MmdbWriter out;
  out.set_record(0, 1, 5000);
  EXPECT_NE(usage_error([&] { networks_of(Mmdb(out.bytes())); }).find("out of the file"),
            std::string::npos);
  MmdbWriter circle(24, 4);
  circle.set_record(0, 0, 0);
  circle.set_record(0, 1, 0);
  EXPECT_NE(usage_error([&] { networks_of(Mmdb(circle.bytes())); }).find("no tree"),
            std::string::npos);
}

TEST(Mmdb, MapsThatAreNestedDeeplyCostNoStack) {
  MmdbWriter writer(24, 4);
  std::string deep;
  for (int i = 0; i < 500'000; ++i) {
    deep += mmdb::control(7, 1) + mmdb::text("a");
  }
  deep += mmdb::text("end");
  const std::uint32_t at = writer.put(mmdb::control(7, 2) + mmdb::text("deep") + deep +
                                      mmdb::text("country") + mmdb::text("DE"));
  EXPECT_EQ(Mmdb(writer.bytes()).find(at, {"country"}).text, "DE");
}

TEST(Mmdb, ReadingTheSameDataForEverIsRefused) {
  MmdbWriter writer(24, 4);
  std::vector<std::string> many(1000, mmdb::number(1));
  const std::uint32_t at = writer.put(mmdb::map({{"list", mmdb::array(many)}}));
  const Mmdb file(writer.bytes());
  EXPECT_NE(usage_error([&] {
              for (int i = 0; i < 10'000'000; ++i) {
                static_cast<void>(file.find(at, {"absent"}));
              }
            }).find("overlaps"),
            std::string::npos);
}

/// What libmaxminddb says of an address's `name`, "" for nothing.
std::string theirs(MMDB_s& file, const std::string& address, const char* name) {
  int gai = 0;
  int status = 0;
  MMDB_lookup_result_s found = MMDB_lookup_string(&file, address.c_str(), &gai, &status);
  MMDB_entry_data_s value{};
  if (gai != 0 || status != MMDB_SUCCESS || !found.found_entry ||
      MMDB_get_value(&found.entry, &value, name, nullptr) != MMDB_SUCCESS || !value.has_data) {
    return {};
  }
  return {value.utf8_string, value.data_size};
}

TEST(Mmdb, AgreesWithLibmaxminddbAboutRandomTrees) {
  std::mt19937 random(1);
  const auto address = [&](bool ipv4) {
    // Few bits vary, so that networks meet.
    const unsigned a = random() % 4;
    const unsigned b = random() % 256;
    return ipv4 ? IpAddress::from_ipv4(10U << 24U | a << 16U | b << 8U | random() % 256)
                : *IpAddress::parse("2001:db8:" + std::to_string(a) + ":" + std::to_string(b) +
                                    "::1");
  };
  const TempFolder folder;
  for (const unsigned bits : {24U, 28U, 32U}) {
    MmdbWriter writer(bits);
    for (unsigned length = 10; length <= 32; ++length) {  // wider ones first
      const std::uint32_t at = writer.put(mmdb::map({{"v", mmdb::text(std::to_string(length))}}));
      for (int i = 0; i < 8; ++i) {
        const bool ipv4 = i % 2 == 0;
        const unsigned own = ipv4 ? length : length + 22;
        writer.insert(address(ipv4).masked(own).to_string() + "/" + std::to_string(own), at);
      }
    }
    folder.put("t.mmdb", writer.bytes());
    MMDB_s library{};
    ASSERT_EQ(MMDB_open(folder.path("t.mmdb").c_str(), MMDB_MODE_MMAP, &library), MMDB_SUCCESS);
    const Mmdb file(writer.bytes());
    std::vector<Mmdb::Network> all;
    file.networks([&](const Mmdb::Network& network) { all.push_back(network); });
    for (int i = 0; i < 2000; ++i) {
      const IpAddress asked = address(i % 2 == 0);
      std::string ours;
      for (const Mmdb::Network& network : all) {
        if (network.network.contains(asked)) {
          ours = file.find(network.entry, {"v"}).text;
        }
      }
      ASSERT_EQ(ours, theirs(library, asked.to_string(), "v")) << asked.to_string();
    }
    MMDB_close(&library);
  }
}

}  // namespace
}  // namespace weir
