/* Included by generated headers: in the file that includes them, the mistakes below are errors,
 * because each would change a query without a word: a value of another kind, another model's
 * column, a member named twice, an argument that does not fit its format, a format that is a
 * variable and has no arguments (of tenon_sqlf, and of printf too). Define TENON_NO_STRICT before
 * the include to leave your compiler's settings alone. */
#ifndef TENON_STRICT_H
#define TENON_STRICT_H

#if !defined(TENON_NO_STRICT) && !defined(__cplusplus)
#if defined(__clang__)
#pragma clang diagnostic error "-Wint-conversion"
#pragma clang diagnostic error "-Wincompatible-pointer-types"
#pragma clang diagnostic error "-Wenum-conversion"
#pragma clang diagnostic error "-Winitializer-overrides"
#pragma clang diagnostic error "-Wformat"
#pragma clang diagnostic error "-Wformat-security"
#elif defined(__GNUC__)
#pragma GCC diagnostic error "-Wint-conversion"
#pragma GCC diagnostic error "-Wincompatible-pointer-types"
#pragma GCC diagnostic error "-Wenum-conversion"
#pragma GCC diagnostic error "-Woverride-init"
#pragma GCC diagnostic error "-Wformat"
#pragma GCC diagnostic error "-Wformat-security"
#endif
#endif

#endif
