#include "weir/flow/tcp_flags.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace weir {
namespace {

TEST(TcpFlags, ReadsNames) {
  EXPECT_EQ(parse_tcp_flags("SYN"), 0x02);
  EXPECT_EQ(parse_tcp_flags("syn,Ack"), 0x12);
  EXPECT_EQ(parse_tcp_flags("FIN SYN RST PSH ACK URG ECE CWR"), 0xff);
  EXPECT_EQ(parse_tcp_flags("FIN|RST"), 0x05);
}

TEST(TcpFlags, ReadsLetters) {
  EXPECT_EQ(parse_tcp_flags("S"), 0x02);
  EXPECT_EQ(parse_tcp_flags("sa"), 0x12);
  EXPECT_EQ(parse_tcp_flags("...AP.SF"), 0x1b);
  EXPECT_EQ(parse_tcp_flags("........"), 0);
  EXPECT_EQ(parse_tcp_flags("SA,F"), 0x13);
}

TEST(TcpFlags, NamesGoBeforeLetters) {
  EXPECT_EQ(parse_tcp_flags("ECE"), 0x40);
  EXPECT_EQ(parse_tcp_flags("NS"), 0x100);
  EXPECT_EQ(parse_tcp_flags("SN"), 0x102);
}

TEST(TcpFlags, ReadsNumbers) {
  EXPECT_EQ(parse_tcp_flags("0"), 0);
  EXPECT_EQ(parse_tcp_flags("18"), 0x12);
  EXPECT_EQ(parse_tcp_flags("0x12"), 0x12);
  EXPECT_EQ(parse_tcp_flags("65535"), 0xffff);
}

TEST(TcpFlags, RefusesEverythingElse) {
  for (const std::string_view text : {"", " ", ",", "SYNC", "65536", "0x", "0x10000", "-1", "S!"}) {
    EXPECT_EQ(parse_tcp_flags(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace weir
