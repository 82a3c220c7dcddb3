/* The lint of queries: any statement is judged on both databases, and with any plan, because plans
 * are texts of another program. What is found lies within the statement, names its rule, and is
 * told once of each place.
 *
 * An input is a statement and, behind form feeds, the plans that the database gives one after
 * another; when they have run out, the last one again. Without plans only the text is judged. */
#include "querylint/querylint.h"

#include "check.h"

/* What the statements of the corpus are about. */
static catalogue_column user_columns[] = {
    {.name = "id", .type = "integer", .is_required = true, .identity = CATALOGUE_ROWID},
    {.name = "email", .type = "text", .is_required = true},
    {.name = "name", .type = "text"},
};
static catalogue_column post_columns[] = {
    {.name = "id", .type = "integer", .is_required = true, .identity = CATALOGUE_ROWID},
    {.name = "author_id", .type = "integer", .is_required = true},
    {.name = "title", .type = "text"},
    {.name = "created_at", .type = "timestamp", .is_required = true},
};
static catalogue_key email_key = {.column = "email"};
static catalogue_index email_index = {
    .name = "users_email_key", .keys = &email_key, .key_count = 1};
static const char *author_columns[] = {"author_id"}, *id_columns[] = {"id"};
static catalogue_foreign_key author_key = {
    .columns = author_columns, .target = "users", .target_columns = id_columns, .column_count = 1};
static catalogue_table tables[] = {
    {.name = "users",
     .columns = user_columns,
     .column_count = TENON__COUNT(user_columns),
     .indexes = &email_index,
     .index_count = 1},
    {.name = "posts",
     .columns = post_columns,
     .column_count = TENON__COUNT(post_columns),
     .foreign_keys = &author_key,
     .foreign_key_count = 1},
};

static const char schema_text[] = "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n}\n"
                                  "model Post {\n  id Int @id\n  authorId Int @map(\"author_id\")\n"
                                  "  title String?\n  createdAt DateTime @map(\"created_at\")\n"
                                  "  @@map(\"posts\")\n}\n";

/* The plans that are left. */
typedef struct plans {
    char *next;
} plans;

static const char *explain(void *context, const char *index, tenon__arena *arena)
{
    plans *p = context;
    size_t length = strcspn(p->next, "\f");
    const char *plan = tenon__arena_copy(arena, p->next, length);
    CHECK(!index || strstr(index, "CREATE INDEX"));
    if (p->next[length])
        p->next += length + 1;
    return plan;
}

static void check_found(const querylint *found, const char *sql)
{
    for (size_t i = 0; i < found->count; i++) {
        const querylint_finding *f = &found->findings[i];
        CHECK(f->rule && f->message[0] && f->at <= strlen(sql));
        for (size_t k = 0; k < i; k++)
            CHECK(found->findings[k].at != f->at || strcmp(found->findings[k].rule, f->rule) != 0);
    }
}

static void judge(const char *sql, char *plan, const schema *read, tenon_dialect dialect)
{
    const catalogue database = {
        .dialect = dialect, .tables = tables, .table_count = TENON__COUNT(tables)};
    plans left = {plan};
    const querylint_input input = {.sql = sql,
                                   .database = &database,
                                   .schema = read,
                                   .explain = plan ? explain : NULL,
                                   .context = &left};
    tenon_error err = {0};
    querylint *found = querylint_run(&input, &err);
    CHECK(found);
    check_found(found, sql);
    querylint_free(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static schema *read;
    const schema_source source = {"schema.prisma", schema_text, strlen(schema_text)};
    char *text = size < 16384 ? fuzz_text(data, size) : NULL;
    if (!read)
        read = schema_read_texts(&source, 1, NULL);
    CHECK(read && !schema_error_count(read));
    char *plan = text ? strchr(text, '\f') : NULL;
    if (plan)
        *plan++ = '\0';
    for (tenon_dialect d = TENON_POSTGRESQL; text && d <= TENON_SQLITE; d++)
        judge(text, plan, read, d);
    free(text);
    return 0;
}
