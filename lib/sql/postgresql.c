/* What dynamic SQL says in PostgreSQL's words. */
#include "sql/text.h"

const tenon__own_dialect tenon__own_postgresql = {
    .id = TENON_POSTGRESQL,
    .mark = '$',
    .own_symbols = "$",
    .in = {"= ANY(", ")"},
    .not_in = {"<> ALL(", ")"},
    .match = {"LIKE ", "", &tenon__like_style},
    .caseless = {"ILIKE ", "", &tenon__like_style},
};
