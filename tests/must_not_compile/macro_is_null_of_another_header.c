/* gcc: error: #error "IS_NULL is another header.s: use TENON_NO_SHORT_NAMES */
/* clang: error: "IS_NULL is another header.s: use TENON_NO_SHORT_NAMES */
#define IS_NULL something_of_its_own
#include "models.h"

extern int something;
