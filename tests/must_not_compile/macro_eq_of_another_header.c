/* gcc: error: #error "EQ is another header.s: use TENON_NO_SHORT_NAMES */
/* clang: error: "EQ is another header.s: use TENON_NO_SHORT_NAMES */
#define EQ something_of_its_own
#include "models.h"

extern int something;
