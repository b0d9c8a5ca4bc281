#include "client/importers/json_stream.h"

#include <gmock/gmock.h>

#include <sstream>

namespace capexdb::importers {
namespace {

using testing::HasSubstr;

// The tokens as text; ends with the error's reason and message, if there is one.
std::string tokens_of(const std::string& content) {
  std::istringstream input(content);
  ByteSource source(input);
  JsonStream json(source);
  std::string all;
  for (;;) {
    const auto token = json.next();
    if (!token) return all + "! " + token.error().reason + ": " + token.error().message;
    switch (*token) {
      case JsonToken::begin_object:
        all += "{ ";
        break;
      case JsonToken::end_object:
        all += "} ";
        break;
      case JsonToken::begin_array:
        all += "[ ";
        break;
      case JsonToken::end_array:
        all += "] ";
        break;
      case JsonToken::name:
        all += json.text() + "= ";
        break;
      case JsonToken::text:
        all += "'" + json.text() + "' ";
        break;
      case JsonToken::number:
      case JsonToken::literal:
        all += json.text() + " ";
        break;
      case JsonToken::end:
        return all;
    }
  }
}

TEST(JsonStream, ADocumentComesTokenByToken) {
  EXPECT_EQ(tokens_of(R"( {"a":[1,-2.50e+3,0,{}],"b":{"c":null,"d":true},"":"x","e":[]} )"),
            "{ a= [ 1 -2.50e+3 0 { } ] b= { c= null d= true } = 'x' e= [ ] } ");
  EXPECT_EQ(tokens_of(""), "");
  EXPECT_EQ(tokens_of("\xEF\xBB\xBF 1\n[2]\n"), "1 [ 2 ] ");
}

TEST(JsonStream, EscapesAreUndone) {
  EXPECT_EQ(tokens_of(R"("\"\\\/\b\f\n\r\t")"), "'\"\\/\b\f\n\r\t' ");
  EXPECT_EQ(tokens_of(R"("\u0041\u00e9\u20AC\ud83d\ude00")"),
            "'A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80' ");
  EXPECT_EQ(tokens_of("\"\xE2\x82\xAC\""), "'\xE2\x82\xAC' ");
}

TEST(JsonStream, WhatIsNoJsonIsRefusedAtItsByte) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[1,]", "byte 3"},      {"[1 2]", "byte 3"},         {"{\"a\" 1}", "byte 5"},
      {"{a:1}", "byte 1"},     {"{\"a\":1,}", "byte 7"},    {"[01]", "byte 2"},
      {"[-]", "byte 2"},       {"[1.]", "byte 3"},          {"[1e]", "byte 3"},
      {"[+1]", "byte 1"},      {"[nul]", "byte 4"},         {"[NaN]", "byte 1"},
      {"[\"\\x\"]", "byte 3"}, {"[\"a\nb\"]", "byte 3"},    {"[\"\\u12G4\"]", "byte 6"},
      {"]", "byte 0"},         {"[1}", "byte 2"},           {"{\"a\":}", "byte 5"},
      {"[,1]", "byte 1"},      {"[\"\\ud83dx\"]", "byte 8"}};
  for (const auto& [content, byte] : cases) {
    const std::string tokens = tokens_of(content);
    EXPECT_THAT(tokens, HasSubstr("! bad_json: not valid JSON at " + byte + ":")) << content;
  }
  EXPECT_THAT(tokens_of("[\"\\udc00\"]"), HasSubstr("surrogate"));
}

TEST(JsonStream, AnEndThatComesTooEarlyIsToldApart) {
  const std::string whole = R"({"a":[1.5,"\u0041",true,{"b":null}]})";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_THAT(
        tokens_of(whole.substr(0, size)),
        HasSubstr("! truncated: the JSON is cut short: it ends at byte " + std::to_string(size)));
  }
}

TEST(JsonStream, DepthHasABound) {
  const std::string deep(JsonStream::kDepthMax, '[');
  EXPECT_THAT(tokens_of(deep), HasSubstr("truncated"));
  EXPECT_THAT(tokens_of(deep + "["), HasSubstr("nested deeper than 64"));
}

TEST(JsonStream, SkipPassesOverOneValue) {
  std::istringstream input(R"([{"a":[{"b":"]}"}]},7])");
  ByteSource source(input);
  JsonStream json(source);
  ASSERT_EQ(*json.next(), JsonToken::begin_array);
  const auto object = json.next();
  ASSERT_EQ(*object, JsonToken::begin_object);
  ASSERT_TRUE(json.skip(*object));
  ASSERT_EQ(*json.next(), JsonToken::number);
  EXPECT_EQ(json.text(), "7");
  ASSERT_TRUE(json.skip(JsonToken::number));
  EXPECT_EQ(*json.next(), JsonToken::end_array);
}

TEST(JsonStream, OnlyTheBeginningOfALongTextIsKept) {
  std::istringstream input("[\"" + std::string(JsonStream::kTextBytesMax, 'a') + "b\",\"c\"]");
  ByteSource source(input);
  JsonStream json(source);
  ASSERT_TRUE(json.next());
  ASSERT_EQ(*json.next(), JsonToken::text);
  EXPECT_TRUE(json.cut());
  EXPECT_EQ(json.text(), std::string(JsonStream::kTextBytesMax, 'a'));
  ASSERT_EQ(*json.next(), JsonToken::text);
  EXPECT_FALSE(json.cut());
}

}  // namespace
}  // namespace capexdb::importers
