#include "cli/hidden_arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What is left in memory of these words, with what is behind a NUL too.
std::string left_of(std::vector<std::string> words) {
  words.insert(words.begin(), "weir");
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  hide_secrets(static_cast<int>(argv.size()), argv.data());
  std::string all;
  for (const std::string& word : words) {
    all += word + '\n';
  }
  return all;
}

TEST(HiddenArguments, HidesAPasswordHoweverItIsSpelt) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"-X", "sasl.password=hunter22"},
           {"-Xsasl.password=hunter22"},
           {"-X=sasl.password=hunter22"},
           {"-X", " sasl.password = hunter22"},
           {"-X", "ssl.key.password=hunter22=hunter22"},
           {"-X", "ssl.key.pem=hunter22"},
           {"-X", "ssl.keystore.password=hunter22"},
           {"-X", "sasl.oauthbearer.client.secret=hunter22"},
           {"-X", "sasl.oauthbearer.config=principal=weir x=hunter22"},
           {"-X", "sasl.oauthbearer.token.endpoint.url=https://weir:hunter22@host/token"},
           {"-X", "sasl.kerberos.kinit.cmd=kinit --password=hunter22"},
           {"--as-names", "https://weir:hunter22@host/asn.txt"},
           {"--as-names=https://weir:hunter22@host/asn.txt"},
           {"--", "-X", "sasl.password=hunter22"}}) {
    EXPECT_THAT(left_of(words), Not(HasSubstr("hunter"))) << words.back();
    EXPECT_THAT(left_of(words), HasSubstr("***"));
  }
}

TEST(HiddenArguments, DoesNotTellAPasswordsLength) {
  EXPECT_EQ(std::string(left_of({"-X", "sasl.password=hunter22"}).c_str()),
            "weir\n-X\nsasl.password=***");
}

TEST(HiddenArguments, LeavesEverythingElse) {
  const std::vector<std::string> words = {"export",
                                          "--brokers=kafka:9093",
                                          "-X",
                                          "sasl.username=weir",
                                          "-X",
                                          "ssl.key.location=/etc/weir/key.pem",
                                          "-X@/etc/weir/kafka.properties",
                                          "-X",
                                          "sasl.password=",
                                          "-X",
                                          "--as-names",
                                          "https://host/a:b@c",
                                          ""};
  std::string all = "weir\n";
  for (const std::string& word : words) {
    all += word + '\n';
  }
  EXPECT_EQ(left_of(words), all);
}

}  // namespace
}  // namespace weir
