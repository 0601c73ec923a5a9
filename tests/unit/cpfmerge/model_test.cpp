#include "cpfmerge/model.h"

#include <gtest/gtest.h>

#include <set>

#include "supervisor/base/text.h"

namespace cpf {
namespace {

const Parameter& parameter(std::string_view section, std::string_view name) {
  return *find_parameter(*find_section(section), name);
}

TEST(Model, NoNameStandsTwice) {
  std::set<std::string> sections;
  for (const SectionModel& section : all_sections()) {
    EXPECT_TRUE(sections.insert(sup::to_lower(section.name)).second) << section.name;
    std::set<std::string> names;
    for (const Parameter& known : section.parameters)
      EXPECT_TRUE(names.insert(sup::to_lower(known.name)).second) << known.name;
    EXPECT_EQ(section.items, section.parameters.empty()) << section.name;
  }
  std::set<std::string> operations;
  for (const Operation& operation : all_operations())
    EXPECT_TRUE(operations.insert(sup::to_lower(operation.name)).second) << operation.name;
}

TEST(Model, WhatHasNoSourceButARecordedFileIsNotChecked) {
  for (const SectionModel& section : all_sections())
    for (const Parameter& known : section.parameters)
      if (known.origin != Origin::reference) {
        EXPECT_EQ(known.type, Type::text) << known.name;
        EXPECT_EQ(expected_value(known), "") << known.name;
        EXPECT_TRUE(is_fine(known, "anything at all")) << known.name;
      }
}

TEST(Model, RangesAreNeverEmptyAndOnlyNumbersHaveThem) {
  for (const SectionModel& section : all_sections())
    for (const Parameter& known : section.parameters) {
      EXPECT_LE(known.min, known.max) << known.name;
      const bool has_words = known.type == Type::choice || known.type == Type::choices;
      if (has_words) {
        EXPECT_FALSE(known.also.empty()) << known.name;
      }
      EXPECT_EQ(known.type == Type::integers, !known.counts.empty()) << known.name;
    }
}

TEST(Model, SectionsAreFoundWithoutRegardToCaseAndMapsByTheirFamily) {
  EXPECT_EQ(find_section("CONFIG")->name, "config");
  EXPECT_EQ(find_section("map.%SYS")->name, "Map.");
  EXPECT_EQ(find_section("MapMirrors.M")->name, "MapMirrors.");
  for (const auto* const name : {"", "Map", "Map.", "MapMirrors.", "Confg", "configs"})
    EXPECT_EQ(find_section(name), nullptr) << name;
  EXPECT_LT(rank_of_section("Databases"), rank_of_section("config"));
  EXPECT_EQ(rank_of_section("Map.A"), rank_of_section("Map.B"));
  EXPECT_EQ(rank_of_section("nonsense"), unknown_rank);
}

TEST(Model, NumbersAreWholeAndInRange) {
  const Parameter& timeout = parameter("Startup", "shutdowntimeout");
  for (const auto* const good : {"120", "300", "100000", "", "\"\"", "\"300\"", " 300 "})
    EXPECT_TRUE(is_fine(timeout, good)) << good;
  for (const auto* const bad : {"119", "100001", "5m", "300s", "-300", "3e2", "0x100", "300 400",
                                "99999999999999999999999999"})
    EXPECT_FALSE(is_fine(timeout, bad)) << bad;
}

TEST(Model, ValuesOutsideOfTheRangeThatMeanSomethingAreFine) {
  EXPECT_TRUE(is_fine(parameter("config", "bbsiz"), "-1"));
  EXPECT_FALSE(is_fine(parameter("config", "bbsiz"), "-2"));
  EXPECT_TRUE(is_fine(parameter("config", "gmheap"), "0"));
  EXPECT_FALSE(is_fine(parameter("config", "gmheap"), "1"));
  EXPECT_TRUE(is_fine(parameter("Startup", "SystemPerformanceDailyReportsOn"), "-20"));
  EXPECT_FALSE(is_fine(parameter("Startup", "SystemPerformanceDailyReportsOn"), "-1"));
}

TEST(Model, ListsHaveTheirCounts) {
  const Parameter& globals = parameter("config", "globals");
  EXPECT_TRUE(is_fine(globals, "0,0,800,0,0,0"));
  EXPECT_TRUE(is_fine(globals, "0, 0, 800, 0, 0, 0"));
  EXPECT_FALSE(is_fine(globals, "800"));
  EXPECT_FALSE(is_fine(globals, "0,0,800,0,0,"));
  EXPECT_FALSE(is_fine(globals, "0,0,800,0,0,0,0"));
  const Parameter& routines = parameter("config", "routines");
  EXPECT_TRUE(is_fine(routines, "64"));
  EXPECT_TRUE(is_fine(routines, "0,128,128,0,0,800"));
  EXPECT_FALSE(is_fine(routines, "64,64"));
  const Parameter& sizes = parameter("Startup", "DBSizesAllowed");
  EXPECT_TRUE(is_fine(sizes, "8192,65536"));
  EXPECT_FALSE(is_fine(sizes, "8192,1"));
}

TEST(Model, DecimalsAreNumbersWithAPoint) {
  const Parameter& interval = parameter("Logging", "Interval");
  for (const auto* const good : {"0.01", ".5", "10", "3600", "3600.00", "1.239"})
    EXPECT_TRUE(is_fine(interval, good)) << good;
  for (const auto* const bad : {"0", "0.001", "3600.01", "1.2.3", "1.x", "."})
    EXPECT_FALSE(is_fine(interval, bad)) << bad;
}

TEST(Model, OperationsAreKnownWithoutRegardToCase) {
  for (const auto* const name :
       {"CreateDatabase", "deletewalletrsa", "ModifyMirrorMember", "Execute", "GrantAdminPrivilege",
        "ConfigShardedCluster", "ImportLocale", "CreateSSLConfig", "ModifyEvent"})
    EXPECT_NE(find_operation(name), nullptr) << name;
  for (const auto* const name :
       {"", "Create", "CreateConfig", "Executes", "Drop", "CreateDatabases"})
    EXPECT_EQ(find_operation(name), nullptr) << name;
  EXPECT_EQ(nearest_operation("CreateDatabse"), "CreateDatabase");
  EXPECT_EQ(nearest_operation("SomethingElseAltogether"), "");
}

}  // namespace
}  // namespace cpf
