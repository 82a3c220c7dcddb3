/* Which symbols a shared library shows, and the printf check of the compilers that have one. A
 * library that has files of another in itself is built with -DTENON_API= there, and does not show
 * them. */
#ifndef TENON_EXPORT_H
#define TENON_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#ifndef TENON_API
#define TENON_API __attribute__((visibility("default")))
#endif
#define TENON_PRINTF(format_index, first_index)                                                    \
    __attribute__((format(printf, format_index, first_index)))
#else
#ifndef TENON_API
#define TENON_API
#endif
#define TENON_PRINTF(format_index, first_index)
#endif

#endif
