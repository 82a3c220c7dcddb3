/* Writing SQL and words: a small formatter that knows how names are quoted. */
#include "diff/plan.h"

#include "render/render.h"

static void write_identifier(diff_maker *m, const char *name)
{
    m->failed |= !tenon__quote_identifier(&m->text, m->plan->dialect, name, m->err);
}

static void write_literal(diff_maker *m, const char *text)
{
    m->failed |= !tenon__quote_literal(&m->text, m->plan->dialect, text, strlen(text), m->err);
}

/* What is in the default namespace is found without naming it. */
static void write_qualified(diff_maker *m, const char *space, const char *name)
{
    if (space && m->default_namespace && !strcmp(space, m->default_namespace))
        space = NULL;
    m->failed |= !tenon__quote_table(&m->text, m->plan->dialect, space, name, m->err);
}

static void write_argument(diff_maker *m, char kind, va_list *args)
{
    const catalogue_table *table;
    const char *namespace;
    switch (kind) {
    case 's':
        tenon__buf_text(&m->text, va_arg(*args, const char *));
        return;
    case 'I':
        write_identifier(m, va_arg(*args, const char *));
        return;
    case 'L':
        write_literal(m, va_arg(*args, const char *));
        return;
    case 'T':
        table = va_arg(*args, const catalogue_table *);
        write_qualified(m, table->namespace, table->name);
        return;
    case 'N':
        namespace
        = va_arg(*args, const char *);
        write_qualified(m, namespace, va_arg(*args, const char *));
        return;
    case 'z':
        tenon__buf_int(&m->text, (int64_t)va_arg(*args, size_t));
        return;
    default:
        tenon__buf_char(&m->text, kind);
    }
}

static void write_all(diff_maker *m, const char *format, va_list *args)
{
    for (const char *c = format; *c && !m->failed; c++) {
        size_t plain = strcspn(c, "%");
        tenon__buf_add(&m->text, c, plain);
        c += plain;
        if (!*c || !*++c)
            break;
        write_argument(m, *c, args);
    }
    m->failed |= m->text.failed;
}

void diff_write(diff_maker *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_all(m, format, &args);
    va_end(args);
}

const char *diff_take(diff_maker *m)
{
    const char *text = tenon__arena_copy(m->arena, tenon__buf_string(&m->text), m->text.length);
    m->failed |= !text;
    tenon__buf_clear(&m->text);
    return text ? text : "";
}

const char *diff_say(diff_maker *m, const char *format, ...)
{
    tenon__buf around = m->text;
    va_list args;
    m->text = (tenon__buf){0};
    va_start(args, format);
    write_all(m, format, &args);
    va_end(args);
    const char *text = diff_take(m);
    tenon__buf_release(&m->text);
    m->text = around;
    return text;
}

void diff_write_names(diff_maker *m, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        diff_write(m, i ? ", %I" : "%I", names[i]);
}

static void write_key_name(diff_maker *m, const catalogue_key *key)
{
    if (key->column)
        diff_write(m, "%I", key->column);
    else
        diff_write(m, "(%s)", key->expression);
}

void diff_write_keys(diff_maker *m, const catalogue_index *index)
{
    for (size_t i = 0; i < index->key_count; i++) {
        diff_write(m, i ? ", " : "");
        write_key_name(m, &index->keys[i]);
    }
}

void *diff_array(diff_maker *m, size_t count, size_t size)
{
    void *array = m->failed ? NULL : tenon__arena_array(m->arena, count, size);
    m->failed |= !array;
    return array;
}

void *diff_grow(diff_maker *m, void *list, size_t count, size_t *capacity, size_t size)
{
    if (m->failed || count < *capacity)
        return m->failed ? NULL : list;
    size_t wanted = *capacity ? 2 * *capacity : 16;
    void *grown = tenon__arena_resize(m->arena, list, wanted * size);
    m->failed |= !grown;
    *capacity = grown ? wanted : *capacity;
    return grown;
}
