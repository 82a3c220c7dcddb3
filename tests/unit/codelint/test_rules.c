/* Lines of C, and what is told of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codelint/codelint.h"

typedef struct code_case {
    const char *text;
    const char *found; /* "RULE at LINE:COLUMN", or "" */
} code_case;

static const code_case cases[] = {
    {"snprintf(sql, n, \"SELECT id FROM users WHERE name = '%s'\", name);", "built_text at 1:18"},
    {"sprintf(sql, \"select id from users where id = %d\", id);", "built_text at 1:14"},
    {"asprintf(&sql, \"DELETE FROM t\"\n  \" WHERE id = %d\", id);", "built_text at 1:16"},
    {"n += snprintf(p + n, s - n, \" AND views >= %d\", least);", "built_text at 1:29"},
    {"snprintf(p, n, is_new ? \"ORDER BY %s\" : \"\", column);", "built_text at 1:25"},
    {"strcat(sql, \" WHERE id = 1\");", "built_text at 1:13"},
    {"g_string_append_printf(s, \"LIMIT %d\", n);", "built_text at 1:27"},
    {"auto sql = \"SELECT id FROM t WHERE name = \" + name;", "built_text at 1:12"},
    {"tenon_sqlf(q, text);", "variable_format at 1:15"},
    {"tenon_sqlf(tenon_sql_new(s), cases[i].sql, 1);", "variable_format at 1:30"},
    {"tenon_execute(s, sql);", "variable_sql at 1:18"},
    {"if (!tenon_execute(at(s, 1), text_of(x, y)))", "variable_sql at 1:30"},
    /* Literals, and names that stand for one. */
    {"tenon_sqlf(q, \"AND views >= %d\", least);", ""},
    {"tenon_sqlf(q, is_new ? \"DESC LIMIT %d\" : \"LIMIT %d\", n);", ""},
    {"tenon_execute(s, \"VACUUM\");", ""},
    {"tenon_execute(s, MAKE_TABLES);", ""},
    {"static const char words[] = \"VACUUM\";\ntenon_execute(s, words);", ""},
    {"bool tenon_execute(tenon_session *s, const char *sql);", ""},
    {"tenon_sql *tenon_sqlf(tenon_sql *q, const char *format, ...);", ""},
    /* No SQL, or not put together. */
    {"snprintf(line, n, \"Selected %d rows\", count);", ""},
    {"snprintf(line, n, \"From: %s\", sender);", ""},
    {"snprintf(line, n, \"order by mail: %s\", what);", ""},
    {"snprintf(sql, n, \"SELECT 100 %% 7\");", ""},
    {"fprintf(stderr, \"SELECT took %d ms\", ms);", ""},
    {"PQexecParams(c, \"SELECT id FROM t WHERE a = $1\", 1, NULL, v, NULL, NULL, 0);", ""},
    {"/* snprintf(sql, n, \"SELECT %s\", x); */ // sprintf(a, \"SELECT %d\", b)", ""},
    {"puts(\"snprintf(sql, n, \\\"SELECT %s\\\", x);\");", ""},
    {"char c = '\"'; puts(\"a\");", ""},
    /* What is meant, with a reason. */
    {"snprintf(sql, n, \"SELECT %d\", 1); // tenon:ignore built_text a test", ""},
    {"/* tenon:ignore variable_sql text of our own migration */\ntenon_execute(s, sql);", ""},
    {"tenon_execute(s, sql); // tenon:ignore variable_sql", "variable_sql at 1:18"},
    {"tenon_execute(s, sql); // tenon:ignore built_text why", "variable_sql at 1:18"},
    /* Half of a program. */
    {"snprintf(sql, n, \"SELECT %s", "built_text at 1:18"},
    {"tenon_execute(s,", ""},
    {"tenon_execute(", ""},
    {"/* never ends", ""},
    {"\"", ""},
    {"", ""},
};

static const char *found_in(const schema *report)
{
    static char text[128];
    *text = '\0';
    for (size_t i = 0, length = 0; i < report->diagnostic_count; i++) {
        const schema_diagnostic *d = &report->diagnostics[i];
        schema_place place = schema_place_of(&report->files[0], d->span.start);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s at %zu:%zu",
                                   i ? ", " : "", d->rule, place.line, place.column);
    }
    return text;
}

static void sql_that_is_put_together_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        schema *report = codelint_read_text("a.c", cases[i].text);
        assert_non_null(report);
        if (strcmp(found_in(report), cases[i].found) != 0)
            fail_msg("%s\n    %s", cases[i].text, found_in(report));
        schema_free(report);
    }
}

/* Each text cut off everywhere: what is half a token is read to its end and no further. */
static void half_a_text_is_read_to_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < TENON__COUNT(cases); i++)
        for (size_t length = 0; length < strlen(cases[i].text); length++) {
            char *part = strndup(cases[i].text, length);
            schema *report = codelint_read_text("a.c", part);
            assert_non_null(report);
            schema_free(report);
            free(part);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sql_that_is_put_together_is_found),
        cmocka_unit_test(half_a_text_is_read_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
