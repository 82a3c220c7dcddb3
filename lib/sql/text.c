/* What a tenon_sql is made of: its text and its values grow in the session's arena. */
#include "sql/text.h"

#include <strings.h>

/* ---- growing --------------------------------------------------------------------------------- */

/* Makes room for `more` items in a list; NULL with the session's error. */
static void *grow(tenon_sql *q, void *items, size_t size, size_t count, size_t more,
                  size_t *capacity)
{
    enum { FIRST = 16 };
    size_t wanted = count + more;
    if (wanted <= *capacity)
        return items;
    size_t next = *capacity * 2 > wanted ? *capacity * 2 : wanted + FIRST;
    void *grown = tenon__arena_resize(q->arena, items, next * size);
    if (grown)
        *capacity = next;
    else
        tenon__fail_no_memory(tenon__session_error(q->session));
    return grown;
}

bool tenon__text_add(tenon_sql *q, const char *text, size_t length)
{
    if (length > TENON__MOST_TEXT - q->length)
        return tenon__fail(tenon__session_error(q->session), TENON_LIMIT,
                           "a SQL text has more than %d bytes", TENON__MOST_TEXT);
    char *grown = grow(q, q->text, 1, q->length, length, &q->capacity);
    if (!grown)
        return false;
    q->text = grown;
    memcpy(q->text + q->length, text, length);
    q->length += length;
    return true;
}

bool tenon__text_bind(tenon_sql *q, const tenon__bound *bound)
{
    static const char mark = TENON__TEXT_MARK;
    size_t most = tenon__session_driver(q->session)->parameter_limit;
    if (q->bound_count >= most)
        return tenon__fail(tenon__session_error(q->session), TENON_LIMIT,
                           "a statement has at most %zu values; a list is one: SQL_IN", most);
    tenon__bound *grown =
        grow(q, q->bounds, sizeof *q->bounds, q->bound_count, 1, &q->bound_capacity);
    if (!grown)
        return false;
    q->bounds = grown;
    q->bounds[q->bound_count++] = *bound;
    return tenon__text_add(q, &mark, 1);
}

/* ---- words ----------------------------------------------------------------------------------- */

/* What changes the connection for whoever gets it next, or ends what the session has begun. */
static const struct {
    const char *word, *instead;
} refused_words[] = {
    {"BEGIN", "tenon_begin"},
    {"START", "tenon_begin"},
    {"COMMIT", "tenon_commit"},
    {"END", "tenon_commit"},
    {"ROLLBACK", "tenon_rollback"},
    {"ABORT", "tenon_rollback"},
    {"SAVEPOINT", "tenon_begin"},
    {"RELEASE", "tenon_commit"},
    {"SET", "tenon_begin_with"},
    {"RESET", "tenon_begin_with"},
    {"PREPARE", "the plan cache"},
    {"EXECUTE", "the plan cache"},
    {"DEALLOCATE", "the plan cache"},
    {"DISCARD", "tenon_execute"},
    {"LISTEN", "tenon_execute"},
    {"UNLISTEN", "tenon_execute"},
    {"PRAGMA", "tenon_execute, or SELECT … FROM pragma_…()"},
    {"COPY", "create_many, or :copy in a SQL file"},
};

static bool is_word(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(word, list[i]) == 0)
            return true;
    return false;
}

static bool check_first_word(tenon_sql *q, const char *at)
{
    for (size_t i = 0; i < TENON__COUNT(refused_words); i++) {
        if (strcasecmp(q->first_word, refused_words[i].word) != 0)
            continue;
        tenon__text_refuse(q, at, "%s is no statement for this", q->first_word);
        tenon__hint(tenon__session_error(q->session), "there is %s", refused_words[i].instead);
        return false;
    }
    return true;
}

/* FOR SHARE, sequences, and locks that a replica would take for itself alone. */
static bool is_locking(const char *word)
{
    static const char *const locking[] = {"SHARE", "NEXTVAL", "SETVAL"};
    return is_word(word, locking, TENON__COUNT(locking)) || !strncasecmp(word, "pg_advisory", 11) ||
           !strncasecmp(word, "pg_try_advisory", 15);
}

bool tenon__text_note_word(tenon_sql *q, const char *word, size_t length)
{
    static const char *const writing[] = {"INSERT", "UPDATE", "DELETE", "MERGE", "INTO"};
    char copy[TENON__MOST_WORD + 1];
    size_t kept = length <= TENON__MOST_WORD ? length : TENON__MOST_WORD;
    memcpy(copy, word, kept);
    copy[kept] = '\0';
    q->has_write_word |= is_word(copy, writing, TENON__COUNT(writing));
    q->has_lock_word |= is_locking(copy);
    if (q->first_word[0])
        return true;
    memcpy(q->first_word, copy, sizeof copy);
    return check_first_word(q, word);
}

bool tenon__text_writes(const tenon_sql *q)
{
    static const char *const reading[] = {"SELECT", "WITH", "VALUES", "TABLE", "EXPLAIN", "SHOW"};
    return q->has_write_word || !is_word(q->first_word, reading, TENON__COUNT(reading));
}

/* ---- parts ----------------------------------------------------------------------------------- */

static bool add_part_text(tenon_sql *q, const tenon_sql *part)
{
    size_t at = 0, bound = 0;
    while (at < part->length) {
        const char *start = part->text + at;
        const char *mark = memchr(start, TENON__TEXT_MARK, part->length - at);
        size_t plain = mark ? (size_t)(mark - start) : part->length - at;
        if (!tenon__text_add(q, start, plain) ||
            (mark && !tenon__text_bind(q, &part->bounds[bound++])))
            return false;
        at += plain + (mark != NULL);
    }
    return true;
}

bool tenon__text_add_part(tenon_sql *q, const tenon_sql *part)
{
    if (!q->first_word[0])
        memcpy(q->first_word, part->first_word, sizeof q->first_word);
    q->has_write_word |= part->has_write_word;
    q->has_lock_word |= part->has_lock_word;
    q->is_after_escapes = false;
    return add_part_text(q, part);
}

/* ---- errors ---------------------------------------------------------------------------------- */

bool tenon__text_refuse(tenon_sql *q, const char *at, const char *format, ...)
{
    enum { SHOWN = 40 };
    TENON__CLEANUP(tenon__buf_release) tenon__buf message = {0};
    va_list args;
    va_start(args, format);
    tenon__buf_formatv(&message, format, args);
    va_end(args);
    size_t length = strlen(at);
    bool is_cut = length > SHOWN;
    tenon__fail(tenon__session_error(q->session), TENON_MISUSE, "dynamic SQL: %s: \"%.*s%s\"",
                tenon__buf_string(&message),
                (int)(is_cut ? tenon__utf8_cut(at, length, SHOWN) : length), at, is_cut ? "…" : "");
    return false;
}
