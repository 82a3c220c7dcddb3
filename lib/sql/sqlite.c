/* What dynamic SQL says in SQLite's words. Its LIKE does not tell cases apart, GLOB does. */
#include "sql/text.h"

static const tenon__pattern_style glob_style = {
    .special = "*?[", .before = "[", .behind = "]", .any = "*"};

const tenon__own_dialect tenon__own_sqlite = {
    .id = TENON_SQLITE,
    .mark = '?',
    .own_symbols = "?:@$",
    .in = {"IN (SELECT value FROM tenon_keys(", "))"},
    .not_in = {"NOT IN (SELECT value FROM tenon_keys(", "))"},
    .match = {"GLOB ", "", &glob_style},
    .caseless = {"LIKE ", " ESCAPE '\\'", &tenon__like_style},
};
