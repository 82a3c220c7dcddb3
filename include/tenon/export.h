/* Which symbols the shared library shows, and the printf check of the compilers that have one. */
#ifndef TENON_EXPORT_H
#define TENON_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define TENON_API __attribute__((visibility("default")))
#define TENON_PRINTF(format_index, first_index)                                                    \
    __attribute__((format(printf, format_index, first_index)))
#else
#define TENON_API
#define TENON_PRINTF(format_index, first_index)
#endif

#endif
