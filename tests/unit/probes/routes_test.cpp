#include "probes/routes.h"

#include <gtest/gtest.h>

#include "tests/unit/probes/some_view.h"

namespace probes {
namespace {

Response get(std::string target, bool loopback = true, Details details = Details::loopback,
             std::string method = "GET") {
  return route({std::move(method), std::move(target), loopback}, [](Detail) { return some_view(); },
               {.details = details});
}

TEST(Routes, AProbeThatSucceedsSaysOk) {
  for (const std::string target : {"/livez", "/startupz", "/healthz", "/livez?x=1"}) {
    const Response response = get(target, false);
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_EQ(response.body, "ok") << target;
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  }
}

TEST(Routes, AProbeThatSucceedsAsksForNoWords) {
  std::vector<Detail> asked;
  const auto make_view = [&](Detail detail) {
    asked.push_back(detail);
    return some_view();
  };
  EXPECT_EQ(route({"GET", "/livez", true}, make_view, {}).status, 200);
  EXPECT_EQ(route({"GET", "/readyz", false}, make_view, {}).status, 503);
  EXPECT_EQ(asked, (std::vector{Detail::decision, Detail::decision}));
  EXPECT_EQ(route({"GET", "/nothing", true}, make_view, {}).status, 404);
  EXPECT_EQ(asked.size(), 2U);
}

TEST(Routes, AProbeThatFailsSaysWhyToThoseWhoMayKnow) {
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/readyz").body, "readyz check failed: health alert\n");
  EXPECT_EQ(get("/readyz", false).status, 503);
  EXPECT_EQ(get("/readyz", false).body, "readyz check failed\n");
}

TEST(Routes, VerboseListsEveryCheckAsKubernetesDoes) {
  EXPECT_EQ(get("/livez?verbose").body, "[+]supervisor ok\n[+]health ok\nlivez check passed\n");
  EXPECT_EQ(get("/healthz?verbose").body, "[+]supervisor ok\n[+]health ok\nhealthz check passed\n");
  EXPECT_EQ(get("/readyz?verbose").status, 503);
  EXPECT_EQ(get("/readyz?verbose").body,
            "[+]supervisor ok\n[-]health failed: health alert\nreadyz check failed\n");
}

TEST(Routes, VerboseIsAKeyOfTheQueryWhereverItStands) {
  for (const std::string query : {"verbose", "verbose=1", "verbose=", "a=b&verbose", "verbose&a"}) {
    EXPECT_NE(get("/livez?" + query).body, "ok") << query;
  }
  for (const std::string query : {"", "verbosely", "a=verbose", "&&", "=verbose"}) {
    EXPECT_EQ(get("/livez?" + query).body, "ok") << query;
  }
}

TEST(Routes, DetailsAreForLoopbackUnlessSetOtherwise) {
  for (const std::string target : {"/", "/status", "/livez?verbose", "/readyz?verbose"}) {
    SCOPED_TRACE(target);
    EXPECT_NE(get(target, true).status, 403);
    EXPECT_EQ(get(target, false).status, 403);
    EXPECT_NE(get(target, false, Details::all).status, 403);
    EXPECT_EQ(get(target, true, Details::off).status, 403);
  }
  EXPECT_EQ(get("/", false).body,
            "not shown: the setting http.details is loopback; use kubectl port-forward, or set it "
            "to all\n");
  EXPECT_EQ(get("/", true, Details::off).body, "not shown: the setting http.details is off\n");
  EXPECT_EQ(get("/metrics", false, Details::off).status, 200);
  EXPECT_EQ(get("/livez", false, Details::off).status, 200);
}

TEST(Routes, OnlyGetAndHeadAreAllowed) {
  for (const std::string method : {"POST", "PUT", "DELETE", "OPTIONS", "get", ""}) {
    const Response response = get("/livez", true, Details::all, method);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.header("Allow"), "GET, HEAD");
  }
  EXPECT_EQ(get("/livez", true, Details::all, "HEAD").body, "ok");
}

TEST(Routes, UnknownPathsAreNotFound) {
  for (const std::string target : {"/nope", "", "livez", "/livez/", "//", "/LIVEZ", "?verbose"}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
}

TEST(Routes, NothingIsStoredOrGuessedByClients) {
  for (const std::string target : {"/livez", "/status", "/", "/metrics", "/nope"}) {
    EXPECT_EQ(get(target).header("Cache-Control"), "no-store") << target;
    EXPECT_EQ(get(target).header("X-Content-Type-Options"), "nosniff") << target;
  }
}

TEST(Routes, EachEndpointHasItsType) {
  EXPECT_EQ(get("/status").content_type, "application/json");
  EXPECT_EQ(get("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(get("/").content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(get("/").header("Content-Security-Policy").starts_with("default-src 'none';"));
}

TEST(Routes, AViewThatWasNotJudgedYetFailsEveryProbe) {
  for (const std::string target : {"/livez", "/readyz", "/startupz"}) {
    EXPECT_EQ(route({"GET", target, true}, [](Detail) { return View{}; }, {}).status, 503)
        << target;
  }
}

TEST(Routes, AnswersAreCountedByAFixedSetOfEndpoints) {
  std::vector<AnswerCount> counts;
  const Response fine{};
  Response missing{};
  missing.status = 404;
  count_answer(counts, {"GET", "/livez?verbose", true}, fine);
  count_answer(counts, {"GET", "/livez", true}, fine);
  count_answer(counts, {"GET", "/a", true}, missing);
  count_answer(counts, {"GET", "/b", true}, missing);
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts[0].endpoint, "livez");
  EXPECT_EQ(counts[0].count, 2U);
  EXPECT_EQ(counts[1].endpoint, "other");
  EXPECT_EQ(counts[1].code, 404);
  EXPECT_EQ(counts[1].count, 2U);
}

TEST(Routes, DetailsAreNamedAsTheSettingIs) {
  for (const Details details : {Details::all, Details::loopback, Details::off}) {
    EXPECT_EQ(parse_details(name_of(details)), details);
  }
  EXPECT_FALSE(parse_details("ALL"));
  EXPECT_FALSE(parse_details(""));
}

}  // namespace
}  // namespace probes
