/* Words that generated code may not take: keywords of C23 and C++20, macros, types and functions
 * of the standard headers that a translation unit which includes ours is bound to have, what gcc
 * predefines, and those of our own names that a model's could be equal to. */
#include "generate/names.h"

/* clang-format off */
static const char *const reserved_words[] = {
    "BUFSIZ", "CHAR_BIT", "CHAR_MAX", "CHAR_MIN", "DIR", "EOF", "EXIT_FAILURE", "EXIT_SUCCESS",
    "FALSE", "FILE", "HUGE_VAL", "I", "INFINITY", "INT16_MAX", "INT16_MIN", "INT32_MAX",
    "INT32_MIN", "INT64_MAX", "INT64_MIN", "INT8_MAX", "INT8_MIN", "INT_MAX", "INT_MIN",
    "LLONG_MAX", "LLONG_MIN", "LONG_MAX", "LONG_MIN", "NAN", "NULL", "PTRDIFF_MAX", "PTRDIFF_MIN",
    "RAND_MAX", "SEEK_CUR", "SEEK_END", "SEEK_SET", "SHRT_MAX", "SHRT_MIN", "SIZE_MAX", "TRUE",
    "UINT16_MAX", "UINT32_MAX", "UINT64_MAX", "UINT8_MAX", "UINT_MAX", "ULONG_MAX", "alignas",
    "alignof", "alloca", "and", "and_eq", "asm", "assert", "atomic_cancel", "auto", "bitand",
    "bitor", "bool", "break", "case", "catch", "char", "char16_t", "char32_t", "char8_t", "class",
    "clock_t", "co_await", "co_return", "co_yield", "compl", "complex", "concept", "const",
    "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype", "default",
    "delete", "div_t", "do", "double", "dynamic_cast", "else", "enum", "epoll_create", "errno",
    "explicit", "export", "extern", "false", "float", "for", "fpos_t", "friend", "goto", "i386",
    "if", "imaginary", "inline", "int", "int16_t", "int32_t", "int64_t", "int8_t", "int_fast32_t",
    "intmax_t", "intptr_t", "ldiv_t", "linux", "locale_t", "long", "max_align_t", "mutable",
    "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "offsetof", "operator", "or",
    "or_eq", "private", "protected", "pthread_create", "ptrdiff_t", "public", "register",
    "reinterpret_cast", "requires", "restrict", "return", "sa_handler", "sa_sigaction", "setjmp",
    "short", "si_pid", "si_value", "signed", "size_t", "sizeof", "ssize_t", "st_atime",
    "st_ctime", "st_mtime", "static", "static_assert", "static_cast", "stderr", "stdin", "stdout",
    "struct", "switch", "template", "tenon_enum", "tenon_enum_name", "tenon_model", "this",
    "thrd_create", "thread_local", "throw", "time_t", "timer_create", "timer_delete", "true",
    "try", "tss_create", "tss_delete", "typedef", "typeid", "typename", "typeof", "typeof_unqual",
    "uint16_t", "uint32_t", "uint64_t", "uint8_t", "uintmax_t", "uintptr_t", "union", "unix",
    "unsigned", "using", "va_arg", "va_copy", "va_end", "va_list", "va_start", "virtual", "void",
    "volatile", "wchar_t", "while", "wint_t", "xor", "xor_eq",
};
/* clang-format on */

/* Members that the generated structs have of their own, and parameters of the functions. */
static const char *const member_words[] = {"session", "table", "except", "all",
                                           "any",     "none",  "raw"};
static const char *const parameter_words[] = {"session", "set", "tenon_key"};

static bool is_in(const char *name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(name, words[i]))
            return true;
    return false;
}

bool generate_is_reserved(const char *name)
{
    return is_in(name, reserved_words, TENON__COUNT(reserved_words));
}

/* A trailing underscore is what makes a name of ours free. */
static bool is_ours(const char *name)
{
    return !strncmp(name, "tenon_", 6) && name[strlen(name) - 1] != '_';
}

bool generate_is_reserved_type(const char *name)
{
    return generate_is_reserved(name) || is_ours(name);
}

bool generate_is_reserved_member(const char *name)
{
    return generate_is_reserved_type(name) || is_in(name, member_words, TENON__COUNT(member_words));
}

bool generate_is_reserved_parameter(const char *name)
{
    return generate_is_reserved_type(name) ||
           is_in(name, parameter_words, TENON__COUNT(parameter_words));
}
