#include "cpfmerge/password_hash.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/unit/cpfmerge/vectors.h"

namespace cpf {
namespace {

Salt counting_salt() {
  Salt salt{};
  std::iota(salt.begin(), salt.end(), std::uint8_t{0});
  return salt;
}

bool matches(std::string_view password, std::string_view value) {
  const auto hash = parse_password_hash(value);
  return hash && verify(password, *hash);
}

TEST(PasswordHash, MakesTheFormWithFourFields) {
  EXPECT_EQ(make_sha512(vectors::password, counting_salt()), vectors::sha512_value());
}

TEST(PasswordHash, HashesTheBytesOfAPasswordWithAnyWorkFactor) {
  Salt salt{};
  salt.fill(0xff);
  EXPECT_EQ(make_sha512("p\u00e4ssw\u00f6rd", salt, 17),
            "12e8d2d9150db1b5f9f83788aac9f35993090ce4eef4297fc128b4cec16cdf9f"
            "270d4fd104a1839f89b6333f0a8399acc11f43aff424c8a66cccee2e07d58647," +
                std::string(128, 'f') + ",17,SHA512");
}

TEST(PasswordHash, MakesTheFormWithTwoFields) {
  EXPECT_EQ(make_sha1(vectors::password, counting_salt()),
            std::string{vectors::sha1_of_digits} + ",01234567");
}

TEST(PasswordHash, VerifiesBothFormsInAnyCaseOfHex) {
  EXPECT_TRUE(matches(vectors::password, vectors::sha512_value()));
  EXPECT_TRUE(matches(vectors::password, vectors::sha1_value));
  EXPECT_TRUE(matches(vectors::password, "7C219B2500AEF34DF956D8F707FAA36CBB2685FB,ab12cd34"));
  EXPECT_TRUE(matches(vectors::password, '"' + std::string{vectors::sha1_value} + '"'));
  EXPECT_FALSE(matches("secret 1", vectors::sha512_value()));
  EXPECT_FALSE(matches("Secret 1\n", vectors::sha1_value));
  EXPECT_FALSE(matches("", vectors::sha1_value));
}

TEST(PasswordHash, RefusesEveryOtherForm) {
  const std::string hash{vectors::sha512_hash};
  const std::string salt{vectors::sha512_salt};
  for (const std::string& value :
       {std::string{}, std::string{"abc"}, hash, hash + "," + salt + ",10000",
        hash + "," + salt + ",0,SHA512", hash + "," + salt + ",x,SHA512",
        hash + "," + salt + ",10000,ROT13", hash + "," + salt + ",10000,SHA512,",
        hash.substr(2) + "," + salt + ",10000,SHA512",
        hash + "," + salt.substr(2) + ",10000,SHA512",
        "x" + hash.substr(1) + "," + salt + ",10000,SHA512", hash + ",saltsalt",
        std::string{vectors::sha1_of_digits} + ",",
        std::string{vectors::sha1_of_digits} + "0,01234567", std::string{"abcd,,10000,SHA256"}})
    EXPECT_FALSE(parse_password_hash(value)) << value;
}

TEST(PasswordHash, DoubtsWhatIrisDocumentsAndNobodyUses) {
  const std::string pair =
      std::string{vectors::sha512_hash}.append(",").append(vectors::sha512_salt);
  const auto short_form = parse_password_hash(pair);
  ASSERT_TRUE(short_form);
  EXPECT_FALSE(short_form->doubt.empty());
  EXPECT_TRUE(verify(vectors::password, *short_form));
  const auto other = parse_password_hash("abcd,ef01,10000,SHA256");
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->doubt.empty());
  EXPECT_FALSE(verify("x", *other));
}

TEST(PasswordHash, ErrorsShowNothingOfTheValue) {
  const auto refused = parse_password_hash("deadbeef,topsecret,77");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what.find("deadbeef"), std::string::npos);
  EXPECT_EQ(refused.error().what.find("topsecret"), std::string::npos);
  EXPECT_NE(refused.error().what.find("3 fields"), std::string::npos);
}

}  // namespace
}  // namespace cpf
