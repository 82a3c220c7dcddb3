/* The table of checks as Markdown: the second half of docs/lint.md. */
#include "lint/lint_inside.h"

#include <ctype.h>

/* What ends like a statement is one; the others are sentences. */
static bool is_sql(const char *text)
{
    return text[strlen(text) - 1] == ';';
}

static void add_block(tenon__buf *out, const char *sql)
{
    tenon__buf_format(out, "\n```sql\n%s\n```\n", sql);
}

static void add_sentence(tenon__buf *out, const char *text)
{
    tenon__buf_char(out, (char)toupper((unsigned char)text[0]));
    tenon__buf_format(out, "%s.\n", text + 1);
}

static const char *database_names(unsigned databases)
{
    static const char *const names[] = {
        [LINT_ON_POSTGRESQL] = "PostgreSQL",
        [LINT_ON_SQLITE] = "SQLite",
        [LINT_ON_BOTH] = "PostgreSQL and SQLite",
    };
    return names[databases];
}

static void add_check(tenon__buf *out, const lint_check *check)
{
    const char *severity = lint_severity_name(check->severity);
    tenon__buf_format(out, "\n### %u %s\n\n%c%s, %s. ", check->number, check->name,
                      toupper((unsigned char)severity[0]), severity + 1,
                      database_names(check->databases));
    add_sentence(out, check->reason);
    if (check->example)
        add_block(out, check->example);
    if (!check->safe)
        return;
    if (is_sql(check->safe)) {
        tenon__buf_text(out, "\nInstead:\n");
        add_block(out, check->safe);
    } else {
        tenon__buf_format(out, "\nInstead: %s\n", check->safe);
    }
}

void lint_write_checks(tenon__buf *out)
{
    static const char *const titles[] = {"Data that is lost",          "Rows that are in the way",
                                         "Locks and rewrites",         "Settings, transactions",
                                         "Programs that run",          "History",
                                         "Style, off unless asked for"};
    for (size_t i = 0; i < LINT_CHECKS; i++) {
        if (!i || lint_checks[i].group != lint_checks[i - 1].group)
            tenon__buf_format(out, "%s## %s\n", i ? "\n" : "", titles[lint_checks[i].group]);
        add_check(out, &lint_checks[i]);
    }
}
