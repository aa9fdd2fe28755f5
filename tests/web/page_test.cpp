#include "weir/web/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace weir {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PageTest, ShowsSectionsVersionAndLinks) {
  const std::string page = render_page(
      {"weir 1.2.3", "", "2026-01-02T03:04:05Z", {{"Reading", {{"Source", "a file"}}}}});
  EXPECT_THAT(page, HasSubstr(">Ready</p>"));
  EXPECT_THAT(page, HasSubstr("<h2>Reading</h2>"));
  EXPECT_THAT(page, HasSubstr("Source</th><td>a file</td>"));
  EXPECT_THAT(page, HasSubstr("weir 1.2.3"));
  EXPECT_THAT(page, HasSubstr("as of 2026-01-02T03:04:05Z"));
  for (const char* link : {"/metrics", "/-/ready", "/-/healthy"}) {
    EXPECT_THAT(page, HasSubstr(std::string("<a href=\"") + link + "\">"));
  }
}

TEST(PageTest, LinksToRefusedRecordsWhereThereAreAny) {
  PageFacts facts;
  EXPECT_THAT(render_page(facts), Not(HasSubstr("/api/")));
  facts.refused = true;
  EXPECT_THAT(render_page(facts), HasSubstr("<a href=\"/api/v1/refused\">"));
}

TEST(PageTest, SaysWhyItIsNotReady) {
  const std::string page = render_page({"", "no <broker> answers", "", {}});
  EXPECT_THAT(page, HasSubstr("Not ready: no &lt;broker&gt; answers"));
  EXPECT_THAT(page, Not(HasSubstr("as of")));
}

TEST(PageTest, NeedsNothingFromElsewhere) {
  const std::string page = render_page({"", "", "", {}});
  for (const char* foreign : {"http://", "https://", "src=", "<script", "url(", "<link"}) {
    EXPECT_THAT(page, Not(HasSubstr(foreign)));
  }
}

TEST(PageTest, TextsCannotBecomeMarkup) {
  std::string out;
  append_html("<a href=\"x\">&amp;", out);
  EXPECT_EQ(out, "&lt;a href=&quot;x&quot;&gt;&amp;amp;");
  const std::string page =
      render_page({"<v>", "<n>", "<t>", {{"<s>", {{"<k>", "<script>alert(1)</script>"}}}}});
  for (const char* markup : {"<v>", "<n>", "<t>", "<s>", "<k>", "<script"}) {
    EXPECT_THAT(page, Not(HasSubstr(markup)));
  }
}

TEST(PageTest, NumbersAreGroupedByThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(123456), "123,456");
  EXPECT_EQ(grouped(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace weir
