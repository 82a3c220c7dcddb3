/* Queries around the edges of each rule: what is told of them, and of those that are in order
 * nothing. Where the databases differ a row says both. */
#include "judged.h"

static const char schema_text[] = "datasource db {\n  provider = \"postgresql\"\n"
                                  "  url = env(\"X\")\n}\n"
                                  "enum Role {\n  USER\n  ADMIN\n}\n"
                                  "model User {\n"
                                  "  id Int @id @default(autoincrement())\n"
                                  "  email String @unique @db.VarChar(80)\n"
                                  "  name String?\n"
                                  "  role Role @default(USER)\n"
                                  "  posts Post[]\n"
                                  "}\n"
                                  "model Post {\n"
                                  "  id Int @id @default(autoincrement())\n"
                                  "  authorId Int @map(\"author_id\")\n"
                                  "  title String\n"
                                  "  views BigInt @default(0)\n"
                                  "  isPublic Boolean @default(true) @map(\"is_public\")\n"
                                  "  createdAt DateTime @map(\"created_at\")\n"
                                  "  author User @relation(fields: [authorId], references: [id])\n"
                                  "  tags Tag[]\n"
                                  "  @@map(\"posts\")\n"
                                  "}\n"
                                  "model Tag {\n"
                                  "  word String\n"
                                  "  postId Int @map(\"post_id\")\n"
                                  "  post Post @relation(fields: [postId], references: [id])\n"
                                  "  @@id([postId, word])\n"
                                  "}\n"
                                  "model Reading {\n"
                                  "  id Int @id @default(autoincrement())\n"
                                  "  sensor String\n"
                                  "  /// @tenon.compress\n"
                                  "  samples Float[]\n"
                                  "  @@map(\"readings\")\n"
                                  "}\n";

typedef struct judged_query {
    const char *sql, *postgresql;
    const char *sqlite; /* NULL: the same */
} judged_query;

static const judged_query queries[] = {
    /* What is found by an index, and what nobody restricts. */
    {"SELECT title FROM posts WHERE id = :id;", "", NULL},
    {"SELECT id, title FROM posts;", "", NULL},
    {"SELECT count(*) AS n FROM posts WHERE views >= :least;", "", NULL},
    {"SELECT id FROM posts WHERE is_public;", "", NULL},
    {"SELECT id FROM posts WHERE is_public = true;", "", NULL},
    {"SELECT id FROM \"User\" WHERE role = :role;", "", NULL},
    {"SELECT id FROM posts WHERE (CAST(:title AS text) IS NULL OR title = :title);\n", "", NULL},
    {"SELECT id FROM \"User\" WHERE id = :id OR email = :email;", "", NULL},
    {"SELECT id FROM \"User\" WHERE email = ANY(:emails);", "", NULL},
    {"SELECT word FROM \"Tag\" WHERE post_id = :id AND word > :w ORDER BY word LIMIT 5;", "", NULL},
    {"WITH few AS (SELECT id, title FROM posts WHERE id < :id) SELECT id FROM few WHERE title = "
     ":t;",
     "", NULL},
    /* Filters of rows that are found by another condition. */
    {"SELECT id FROM posts WHERE id = :id AND title = :title;", "", NULL},
    {"SELECT p.id FROM \"Tag\" t JOIN posts p ON p.id = t.post_id WHERE t.post_id = :id AND "
     "p.title "
     "= :title;",
     "", NULL},
    /* missing_index */
    {"SELECT id FROM posts WHERE title = :title;", "missing_index", NULL},
    {"SELECT id FROM posts p WHERE :title = p.title;", "missing_index", NULL},
    {"SELECT id FROM posts WHERE title IN ('a', 'b');", "missing_index", NULL},
    {"SELECT id FROM posts WHERE title = ANY(:titles);", "missing_index", NULL},
    {"SELECT id FROM posts WHERE created_at BETWEEN :a AND :b;", "missing_index", NULL},
    {"SELECT id FROM posts WHERE created_at >= :a AND created_at < :b;", "missing_index", NULL},
    {"SELECT id FROM posts WHERE is_public AND title = :title;", "missing_index", NULL},
    {"UPDATE posts SET views = 0 WHERE title = :title;", "missing_index", NULL},
    {"DELETE FROM posts WHERE title = :title;", "missing_index", NULL},
    {"INSERT INTO \"Tag\" (post_id, word) SELECT id, 'x' FROM posts WHERE title = :title;",
     "missing_index", NULL},
    {"WITH few AS (SELECT id FROM posts WHERE title = :title) SELECT id FROM few;", "missing_index",
     NULL},
    {"SELECT id FROM posts WHERE title = :a UNION ALL SELECT id FROM posts WHERE title = :b;",
     "missing_index missing_index", NULL},
    {"SELECT post_id FROM \"Tag\" WHERE word = :word;", "missing_index", NULL},
    /* unindexed_join */
    {"SELECT p.id, u.name FROM posts p JOIN \"User\" u ON u.id = p.author_id;", "", NULL},
    {"SELECT p.id FROM \"User\" u LEFT JOIN posts p ON p.author_id = u.id;", "", "unindexed_join"},
    {"SELECT u.name, count(*) AS n FROM \"User\" u JOIN posts p ON p.author_id = u.id GROUP BY "
     "u.id, u.name;",
     "", NULL},
    {"SELECT p.id FROM \"User\" u LEFT JOIN posts p ON p.author_id = u.id WHERE u.id = :id;",
     "unindexed_join", NULL},
    {"SELECT p.id FROM posts p WHERE p.author_id IN (SELECT id FROM \"User\" WHERE email = :e);",
     "unindexed_join", NULL},
    {"SELECT u.id FROM \"User\" u WHERE u.email = :e AND EXISTS (SELECT 1 FROM posts p WHERE "
     "p.author_id = u.id);",
     "unindexed_join", NULL},
    {"SELECT (SELECT count(*) FROM posts p WHERE p.author_id = u.id) AS n FROM \"User\" u;",
     "unindexed_join", NULL},
    {"WITH few AS (SELECT id FROM \"User\" WHERE email = :e) SELECT p.id FROM few JOIN posts p ON "
     "p.author_id = few.id;",
     "unindexed_join", NULL},
    {"SELECT p.id FROM posts p JOIN \"User\" u ON u.id = p.author_id WHERE u.name = :name;",
     "unindexed_join missing_index", NULL},
    /* Two blocks with one alias, of which one reads all. */
    {"SELECT u.id FROM \"User\" u WHERE u.email = :e AND u.id IN (SELECT u.id + 1 FROM \"User\" "
     "u);",
     "", NULL},
    /* sort_without_index */
    {"SELECT id FROM posts ORDER BY id DESC LIMIT 10;", "", NULL},
    {"SELECT id FROM posts ORDER BY created_at;", "", NULL},
    {"SELECT id, created_at AS at FROM posts ORDER BY at LIMIT 10;", "sort_without_index", NULL},
    {"SELECT id FROM posts WHERE views > :v ORDER BY views LIMIT 10;", "sort_without_index", NULL},
    {"SELECT id FROM posts ORDER BY created_at DESC, id LIMIT 10;", "sort_without_index", NULL},
    {"SELECT author_id, count(*) AS n FROM posts GROUP BY author_id ORDER BY n DESC LIMIT 10;", "",
     NULL},
    /* expression_on_column, implicit_cast, or_across_tables */
    {"SELECT id FROM \"User\" WHERE upper(email) = :email;", "expression_on_column", NULL},
    {"SELECT id FROM \"User\" WHERE id + 1 = :id;", "expression_on_column", NULL},
    {"SELECT id FROM \"User\" WHERE upper(name) = :name;", "", NULL},
    {"SELECT id FROM \"User\" WHERE email = :email AND upper(email) <> 'X';", "", NULL},
    {"SELECT id FROM posts WHERE id > 1.5;", "implicit_cast", ""},
    {"SELECT id FROM posts WHERE views > 1.5;", "", NULL},
    /* A packed array is nothing that an index serves. */
    {"-- param: x Bytes\nSELECT id FROM readings WHERE samples = :x;", "", NULL},
    {"-- param: x Bytes\nSELECT id FROM readings WHERE sensor = :s AND samples = :x;",
     "missing_index", NULL},
    {"SELECT id FROM readings ORDER BY samples LIMIT 3;", "", NULL},
    {"SELECT id FROM readings ORDER BY sensor, samples LIMIT 3;", "", NULL},
    {"SELECT a.id FROM readings a LEFT JOIN readings b ON b.samples = a.samples WHERE a.id = :id;",
     "", NULL},
    {"SELECT u.id FROM \"User\" u WHERE u.email = :e OR EXISTS (SELECT 1 FROM posts p WHERE p.id = "
     "u.id);",
     "", NULL},
};

static void check_queries(tenon_dialect dialect)
{
    judged j;
    judged_begin(&j, schema_text);
    for (size_t i = 0; i < TENON__COUNT(queries); i++)
        judged_add(&j, queries[i].sql);
    judged_run(&j, dialect);
    for (size_t i = 0; i < TENON__COUNT(queries); i++) {
        const judged_query *query = &queries[i];
        bool is_other = dialect == TENON_SQLITE && query->sqlite;
        const char *rules = judged_rules(&j, i), *wanted = query->postgresql;
        if (strcmp(rules, is_other ? query->sqlite : wanted) != 0)
            print_error("%s\n    gives \"%s\": %s\n", query->sql, rules, judged_message(&j, i));
    }
    for (size_t i = 0; i < TENON__COUNT(queries); i++) {
        bool is_other = dialect == TENON_SQLITE && queries[i].sqlite;
        assert_string_equal(judged_rules(&j, i),
                            is_other ? queries[i].sqlite : queries[i].postgresql);
    }
    judged_end(&j);
}

static void plans_of_postgresql_decide(void **state)
{
    (void)state;
    check_queries(TENON_POSTGRESQL);
}

static void plans_of_sqlite_decide(void **state)
{
    (void)state;
    check_queries(TENON_SQLITE);
}

typedef struct told {
    const char *sql, *message;
} told;

static const told messages[] = {
    {"SELECT id FROM posts WHERE title = :t ORDER BY created_at LIMIT 3;",
     "every row of posts is read, because no index has title, created_at; add @@index([title, "
     "createdAt]) to model Post, or say -- tenon:ignore missing_index WHY"},
    {"SELECT id FROM posts ORDER BY created_at DESC, id LIMIT 3;",
     "every row of posts is sorted for the first few, because no index has created_at, id; add "
     "@@index([createdAt(sort: Desc), id]) to model Post, or say -- tenon:ignore "
     "sort_without_index WHY"},
    {"SELECT p.id FROM posts p JOIN \"User\" u ON u.id = p.author_id WHERE u.id = :i;",
     "every row of posts is read for this join, because no index has the foreign key author_id; "
     "add @@index([authorId]) to model Post, or say -- tenon:ignore unindexed_join WHY"},
    {"-- tenon:ignore missing_index few rows\nSELECT id FROM posts WHERE title = :t;", ""},
};

static void a_message_says_which_index_serves(void **state)
{
    (void)state;
    for (tenon_dialect d = TENON_POSTGRESQL; d <= TENON_SQLITE; d++) {
        judged j;
        judged_begin(&j, schema_text);
        for (size_t i = 0; i < TENON__COUNT(messages); i++)
            judged_add(&j, messages[i].sql);
        judged_run(&j, d);
        for (size_t i = 0; i < TENON__COUNT(messages); i++)
            assert_string_equal(judged_message(&j, i), messages[i].message);
        judged_end(&j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_of_postgresql_decide),
        cmocka_unit_test(plans_of_sqlite_decide),
        cmocka_unit_test(a_message_says_which_index_serves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
