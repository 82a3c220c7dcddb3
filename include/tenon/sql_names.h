/* The short names of what %p takes: SQL_VALUE(uuid) is TENON_SQL_VALUE(uuid). Off with
 * TENON_NO_SHORT_NAMES defined before the include; one that another header took already is an error
 * that names it. */
#ifndef TENON_SQL_NAMES_H
#define TENON_SQL_NAMES_H
#ifndef TENON_NO_SHORT_NAMES

#ifdef SQL_VALUE
#error "SQL_VALUE is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_VALUE"
#else
#define SQL_VALUE(value) TENON_SQL_VALUE(value)
#endif
#ifdef SQL_ENUM
#error "SQL_ENUM is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_ENUM"
#else
#define SQL_ENUM(enumeration, value) TENON_SQL_ENUM(enumeration, value)
#endif
#ifdef SQL_IN
#error "SQL_IN is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_IN"
#else
#define SQL_IN(array) TENON_SQL_IN(array)
#endif
#ifdef SQL_NOT_IN
#error "SQL_NOT_IN is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_NOT_IN"
#else
#define SQL_NOT_IN(array) TENON_SQL_NOT_IN(array)
#endif
#ifdef SQL_ENUM_IN
#error "SQL_ENUM_IN is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_ENUM_IN"
#else
#define SQL_ENUM_IN(enumeration, array) TENON_SQL_ENUM_IN(enumeration, array)
#endif
#ifdef SQL_ENUM_NOT_IN
#error "SQL_ENUM_NOT_IN is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_ENUM_NOT_IN"
#else
#define SQL_ENUM_NOT_IN(enumeration, array) TENON_SQL_ENUM_NOT_IN(enumeration, array)
#endif
#ifdef SQL_CONTAINS
#error "SQL_CONTAINS is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_CONTAINS"
#else
#define SQL_CONTAINS(text) TENON_SQL_CONTAINS(text)
#endif
#ifdef SQL_STARTS_WITH
#error "SQL_STARTS_WITH is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_STARTS_WITH"
#else
#define SQL_STARTS_WITH(text) TENON_SQL_STARTS_WITH(text)
#endif
#ifdef SQL_ENDS_WITH
#error "SQL_ENDS_WITH is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_ENDS_WITH"
#else
#define SQL_ENDS_WITH(text) TENON_SQL_ENDS_WITH(text)
#endif
#ifdef SQL_ICONTAINS
#error "SQL_ICONTAINS is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_ICONTAINS"
#else
#define SQL_ICONTAINS(text) TENON_SQL_ICONTAINS(text)
#endif
#ifdef SQL_ISTARTS_WITH
#error "SQL_ISTARTS_WITH is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_ISTARTS_WITH"
#else
#define SQL_ISTARTS_WITH(text) TENON_SQL_ISTARTS_WITH(text)
#endif
#ifdef SQL_IENDS_WITH
#error "SQL_IENDS_WITH is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_IENDS_WITH"
#else
#define SQL_IENDS_WITH(text) TENON_SQL_IENDS_WITH(text)
#endif
#ifdef SQL_TABLE
#error "SQL_TABLE is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_TABLE"
#else
#define SQL_TABLE(model) TENON_SQL_TABLE(model)
#endif
#ifdef SQL_COLUMN
#error "SQL_COLUMN is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_COLUMN"
#else
#define SQL_COLUMN(model, column, alias) TENON_SQL_COLUMN(model, column, alias)
#endif
#ifdef SQL_COLUMNS
#error "SQL_COLUMNS is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_COLUMNS"
#else
#define SQL_COLUMNS(model, alias) TENON_SQL_COLUMNS(model, alias)
#endif
#ifdef SQL_NAME
#error "SQL_NAME is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_NAME"
#else
#define SQL_NAME(name) TENON_SQL_NAME(name)
#endif
#ifdef SQL_PART
#error "SQL_PART is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_PART"
#else
#define SQL_PART(part) TENON_SQL_PART(part)
#endif
#ifdef SQL_MODEL
#error "SQL_MODEL is another header's: use TENON_NO_SHORT_NAMES and TENON_SQL_MODEL"
#else
#define SQL_MODEL(model) TENON_SQL_MODEL(model)
#endif

#endif
#endif
