/* gcc: error: #error "SET is another header.s: use TENON_NO_SHORT_NAMES */
/* clang: error: "SET is another header.s: use TENON_NO_SHORT_NAMES */
#define SET something_of_its_own
#include "models.h"

extern int something;
