/* What tests/golden/generate/validation leaves to the program. Nothing calls it here. */
#include "golden/generate/validation/expected.h"

bool is_isbn(const char *value, tenon_error *err)
{
    (void)err;
    return value != NULL;
}

bool is_sold_here(Unit value, tenon_error *err)
{
    (void)err;
    return value == UNIT_PIECE;
}

bool are_sold_here(UnitArray value, tenon_error *err)
{
    (void)err;
    return value.count > 0;
}

bool is_fair(tenon_decimal value, tenon_error *err)
{
    (void)err;
    return value.text != NULL;
}
