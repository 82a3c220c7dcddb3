/* Every example of docs/query-lint.md: those in front of "Instead:" are warned of by the rule of
 * their section and no other, those behind it are not warned of at all. */
#include "judged.h"

typedef struct example {
    char rule[32];
    bool is_good;
    char sql[1024];
} example;

typedef struct document {
    char schema[4096];
    example examples[JUDGED_MOST];
    size_t count;
} document;

/* The lines up to the closing fence; false where they do not fit. */
static void read_block(FILE *file, char *out, size_t size)
{
    char line[512];
    size_t length = 0;
    while (fgets(line, sizeof line, file) && strncmp(line, "```", 3) != 0) {
        assert_true(length + strlen(line) < size);
        length += (size_t)snprintf(out + length, size - length, "%s", line);
    }
}

static void read_document(document *d)
{
    char line[512];
    example now = {0};
    FILE *file = fopen("docs/query-lint.md", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "### %31s", now.rule) == 1)
            now.is_good = false;
        else if (!strncmp(line, "Instead:", 8))
            now.is_good = true;
        else if (!strncmp(line, "```prisma", 9))
            read_block(file, d->schema, sizeof d->schema);
        else if (!strncmp(line, "```sql", 6)) {
            assert_true(d->count < JUDGED_MOST);
            read_block(file, now.sql, sizeof now.sql);
            d->examples[d->count++] = now;
        }
    }
    fclose(file);
    assert_true(d->count >= 22);
}

static bool is_for(const example *e, const char *database)
{
    return strncmp(e->sql, "-- on:", 6) != 0 || strstr(e->sql, database) == e->sql + 7;
}

static void check_examples(tenon_dialect dialect, const char *database)
{
    static document d;
    judged j;
    d = (document){.count = 0};
    read_document(&d);
    judged_begin(&j, d.schema);
    for (size_t i = 0; i < d.count; i++)
        if (is_for(&d.examples[i], database))
            judged_add(&j, d.examples[i].sql);
    judged_run(&j, dialect);
    for (size_t i = 0, at = 0; i < d.count; i++) {
        const example *e = &d.examples[i];
        if (!is_for(e, database))
            continue;
        const char *rules = judged_rules(&j, at);
        if (strcmp(rules, e->is_good ? "" : e->rule) != 0)
            fail_msg("%s, %s example:\n%sgives \"%s\": %s", e->rule, e->is_good ? "good" : "bad",
                     e->sql, rules, judged_message(&j, at));
        at++;
    }
    judged_end(&j);
}

static void examples_are_judged_as_the_document_says_on_postgresql(void **state)
{
    (void)state;
    check_examples(TENON_POSTGRESQL, "postgresql");
}

static void examples_are_judged_as_the_document_says_on_sqlite(void **state)
{
    (void)state;
    check_examples(TENON_SQLITE, "sqlite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_are_judged_as_the_document_says_on_postgresql),
        cmocka_unit_test(examples_are_judged_as_the_document_says_on_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
