/* What `migrate dev --expand` is told: the name of the version, and values that it cannot find by
 * itself, as "table.column=expression". */
#include "migrate/migrate.h"

enum { NAME_MOST = 63 };

static bool read_value(const char *text, tenon__arena *arena, diff_value *out, tenon_error *err)
{
    const char *equals = strchr(text, '=');
    const char *dot = equals ? memrchr(text, '.', (size_t)(equals - text)) : NULL;
    if (!dot || dot == text || dot + 1 == equals || !equals[1])
        return tenon__fail(err, TENON_MISUSE, "'%s' is no TABLE.COLUMN=EXPRESSION", text);
    out->table = tenon__arena_copy(arena, text, (size_t)(dot - text));
    out->column = tenon__arena_copy(arena, dot + 1, (size_t)(equals - dot - 1));
    out->sql = tenon__arena_text(arena, equals + 1);
    return (out->table && out->column && out->sql) || tenon__fail_no_memory(err);
}

static const diff_value *read_values(const char *const *texts, size_t count, tenon__arena *arena,
                                     tenon_error *err)
{
    diff_value *values = tenon__arena_array(arena, count + 1, sizeof *values);
    for (size_t i = 0; values && i < count; i++)
        if (!read_value(texts[i], arena, &values[i], err))
            return NULL;
    if (!values)
        tenon__fail_no_memory(err);
    return values;
}

bool migrate_expansion_read(const char *words, const char *const *values, size_t value_count,
                            const char *const *old_values, size_t old_value_count,
                            migrate_expansion *out, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    diff_expand *options = &out->options;
    migrate_words(words, &name);
    size_t length = tenon__utf8_cut(tenon__buf_string(&name), name.length, NAME_MOST);
    options->version = tenon__arena_copy(&out->arena, tenon__buf_string(&name), length);
    options->values = read_values(values, value_count, &out->arena, err);
    options->value_count = value_count;
    options->old_values = read_values(old_values, old_value_count, &out->arena, err);
    options->old_value_count = old_value_count;
    if (!options->version)
        return tenon__fail_no_memory(err);
    return options->values && options->old_values;
}
