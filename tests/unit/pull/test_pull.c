/* Schemas pulled from databases, fresh and over a schema that is there already. */
#include "pulled.h"

#include <stdlib.h>

#define POSTGRESQL                                                                                 \
    "datasource db {\n  provider = \"postgresql\"\n  url      = env(\"DATABASE_URL\")\n}\n\n"
#define SQLITE "datasource db {\n  provider = \"sqlite\"\n  url      = env(\"DATABASE_URL\")\n}\n\n"

/* ---- fresh ----------------------------------------------------------------------------------- */

static const char types_sql[] =
    "CREATE TYPE mood AS ENUM ('so so', 'ok', '1bad', '');"
    "CREATE TABLE t (id serial PRIMARY KEY, v varchar(50) UNIQUE, c char(3), small smallint,"
    " big bigint DEFAULT 9007199254740993, r real, f float8 DEFAULT 0.5,"
    " d numeric(10,2) DEFAULT -1.50, plain numeric, own numeric(65,30), b boolean DEFAULT true,"
    " at timestamptz DEFAULT now(), ts timestamp DEFAULT CURRENT_TIMESTAMP, t3 timestamp(3),"
    " day date, u uuid DEFAULT gen_random_uuid(), j jsonb DEFAULT '{\"a\": 1}', jj json,"
    " bytes bytea DEFAULT '\\x0102', tags text[] DEFAULT '{\"a b\",c}', n int[] DEFAULT"
    " ARRAY[1, 2], m mood DEFAULT 'so so', ms mood[], p point,"
    " s text DEFAULT 'it''s \"q\" \\ back', e int DEFAULT 1 + 2);";

static void types_and_defaults_are_those_of_the_language(void **state)
{
    (void)state;
    pulled p;
    pull_sql(&p, TENON_POSTGRESQL, types_sql, NULL);
    assert_string_equal(
        pulled_models(&p),
        "model t {\n"
        "  id    Int                   @id @default(autoincrement())\n"
        "  v     String?               @unique @db.VarChar(50)\n"
        "  c     String?               @db.Char(3)\n"
        "  small Int?                  @db.SmallInt\n"
        "  big   BigInt?               @default(9007199254740993)\n"
        "  r     Float?                @db.Real\n"
        "  f     Float?                @default(0.5)\n"
        "  d     Decimal?              @default(-1.50) @db.Decimal(10, 2)\n"
        "  plain Decimal?              @db.Decimal\n"
        "  own   Decimal?\n"
        "  b     Boolean?              @default(true)\n"
        "  at    DateTime?             @default(now()) @db.Timestamptz(6)\n"
        "  ts    DateTime?             @default(now()) @db.Timestamp(6)\n"
        "  t3    DateTime?\n"
        "  day   DateTime?             @db.Date\n"
        "  u     String?               @default(dbgenerated(\"gen_random_uuid()\")) @db.Uuid\n"
        "  j     Json?                 @default(\"{\\\"a\\\": 1}\")\n"
        "  jj    Json?                 @db.Json\n"
        "  bytes Bytes?                @default(\"AQI=\")\n"
        "  tags  String[]              @default([\"a b\", \"c\"])\n"
        "  n     Int[]                 @default([1, 2])\n"
        "  m     mood?                 @default(so_so)\n"
        "  ms    mood[]\n"
        "  p     Unsupported(\"point\")?\n"
        "  s     String?               @default(\"it's \\\"q\\\" \\\\ back\")\n"
        "  e     Int?                  @default(dbgenerated(\"(1 + 2)\"))\n"
        "}\n\n"
        "enum mood {\n"
        "  so_so            @map(\"so so\")\n"
        "  ok\n"
        "  bad              @map(\"1bad\")\n"
        "  EMPTY_ENUM_VALUE @map(\"\")\n"
        "}\n");
    assert_int_equal(p.result.notice_count, 0);
    check_fixed_point(&p);
    pulled_close(&p);
}

static const char relations_sql[] =
    "CREATE TABLE \"User\" (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);"
    "CREATE TABLE \"Post\" (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES \"User\"(id)"
    " ON DELETE CASCADE ON UPDATE CASCADE, editor INTEGER REFERENCES \"User\"(id));"
    "CREATE TABLE \"Profile\" (\"user\" INTEGER PRIMARY KEY REFERENCES \"User\"(id));"
    "CREATE TABLE employee (id INTEGER PRIMARY KEY, boss INTEGER REFERENCES employee(id));"
    "CREATE TABLE \"_PostToTag\" (\"A\" INTEGER NOT NULL REFERENCES \"Post\"(id),"
    " \"B\" INTEGER NOT NULL);";

/* But for one attribute, and the blanks that line up columns. */
static void assert_lines_equal(const char *found, const char *expected, const char *but)
{
    tenon__buf text = {0}, wanted = {0};
    for (const char *c = found; *c; c++) {
        const char *behind = !strncmp(c, but, strlen(but)) ? c + strlen(but) : c;
        if (*behind != ' ' && *behind)
            tenon__buf_char(&text, *behind);
        c = behind;
    }
    for (const char *c = expected; *c; c++)
        if (*c != ' ')
            tenon__buf_char(&wanted, *c);
    assert_string_equal(tenon__buf_string(&text), tenon__buf_string(&wanted));
    tenon__buf_release(&text);
    tenon__buf_release(&wanted);
}

/* As databases have it that were dumped and restored, or made by hand. */
static void numbers_of_a_sequence_that_nobody_owns_are_autoincrement(void **state)
{
    static const char sql[] =
        "CREATE SEQUENCE numbers; CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('numbers'),"
        " n int DEFAULT nextval('numbers'), m bigint NOT NULL DEFAULT nextval('numbers') + 1,"
        " s varchar(5) DEFAULT NULL);";
    static const char old[] = POSTGRESQL "model t {\n  id Int @id @default(autoincrement())\n"
                                         "  n  Int? @default(dbgenerated(\"nextval('numbers')\"))\n"
                                         "  m  BigInt @default(dbgenerated())\n"
                                         "  s  String? @db.VarChar(5)\n}\n";
    (void)state;
    pulled p;
    pull_sql(&p, TENON_POSTGRESQL, sql, NULL);
    assert_lines_equal(pulled_models(&p),
                       "model t {\n"
                       "  id Int @id @default(autoincrement())\n"
                       "  n Int? @default(dbgenerated(\"nextval('numbers'::regclass)\"))\n"
                       "  m BigInt @default(dbgenerated(\"(nextval('numbers'::regclass) + 1)\"))\n"
                       "  s String? @db.VarChar(5)\n"
                       "}\n",
                       "");
    assert_outside(&p, "sequence", "\"numbers\"", "the language has no word for it");
    pulled_close(&p);
    pull_sql(&p, TENON_POSTGRESQL, sql, old);
    assert_false(p.result.files[0].is_changed);
    pulled_close(&p);
}

static void relations_are_named_as_the_languages_engine_names_them(void **state)
{
    (void)state;
    static const char expected[] =
        "model Post {\n"
        "  id                     Int   @id\n"
        "  author                 Int\n"
        "  editor                 Int?\n"
        "  User_Post_authorToUser User  @relation(\"Post_authorToUser\", fields: [author],"
        " references: [id], onDelete: Cascade)\n"
        "  User_Post_editorToUser User? @relation(\"Post_editorToUser\", fields: [editor],"
        " references: [id], onDelete: NoAction, onUpdate: NoAction)\n"
        "  Tag                    Tag[]\n"
        "}\n\n"
        "model Profile {\n"
        "  user Int  @id\n"
        "  User User @relation(fields: [user], references: [id], onDelete: NoAction,"
        " onUpdate: NoAction)\n"
        "}\n\n"
        "model Tag {\n"
        "  id   Int    @id\n"
        "  Post Post[]\n"
        "}\n\n"
        "model User {\n"
        "  id                     Int      @id\n"
        "  email                  String   @unique\n"
        "  Post_Post_authorToUser Post[]   @relation(\"Post_authorToUser\")\n"
        "  Post_Post_editorToUser Post[]   @relation(\"Post_editorToUser\")\n"
        "  Profile                Profile?\n"
        "}\n\n"
        "model employee {\n"
        "  id             Int        @id\n"
        "  boss           Int?\n"
        "  employee       employee?  @relation(\"employeeToemployee\", fields: [boss],"
        " references: [id], onDelete: NoAction, onUpdate: NoAction)\n"
        "  other_employee employee[] @relation(\"employeeToemployee\")\n"
        "}\n";
    static const char tag[] =
        "DROP TABLE \"_PostToTag\"; CREATE TABLE \"Tag\" (id INTEGER PRIMARY KEY);"
        "CREATE TABLE \"_PostToTag\" (\"A\" INTEGER NOT NULL REFERENCES \"Post\"(id),"
        " \"B\" INTEGER NOT NULL REFERENCES \"Tag\"(id));"
        "CREATE UNIQUE INDEX x ON \"_PostToTag\" (\"A\", \"B\");"
        "CREATE INDEX y ON \"_PostToTag\" (\"B\");";
    for (tenon_dialect d = TENON_POSTGRESQL; d <= TENON_SQLITE; d++) {
        tenon__buf sql = {0};
        pulled p;
        tenon__buf_format(&sql, "%s%s", relations_sql, tag);
        pull_sql(&p, d, tenon__buf_string(&sql), NULL);
        assert_lines_equal(pulled_models(&p), expected, " @default(autoincrement())");
        check_fixed_point(&p);
        pulled_close(&p);
        tenon__buf_release(&sql);
    }
}

static void names_that_the_language_cannot_have_are_mapped(void **state)
{
    (void)state;
    static const char *const sql[] = {
        [TENON_POSTGRESQL] =
            "CREATE TABLE \"weird \"\"table\" (\"a b\" int PRIMARY KEY, \"1st\" int, \"é\" int);"
            "CREATE TABLE class (id int PRIMARY KEY); CREATE TABLE \"_x\" (id int PRIMARY KEY);"
            "CREATE TABLE \"x\" (id int PRIMARY KEY, \"User\" int, \"a-b\" int, \"a b\" int)",
        [TENON_SQLITE] =
            "CREATE TABLE \"weird \"\"table\" (\"a b\" int PRIMARY KEY, \"1st\" int, \"é\" int);"
            "CREATE TABLE class (id int PRIMARY KEY); CREATE TABLE \"_x\" (id int PRIMARY KEY);"
            "CREATE TABLE \"x\" (id int PRIMARY KEY, \"User\" int, \"a-b\" int, \"a b\" int)",
    };
    for (tenon_dialect d = TENON_POSTGRESQL; d <= TENON_SQLITE; d++)
        check_models(d, sql[d], NULL,
                     "model x {\n"
                     "  id Int @id\n\n"
                     "  @@map(\"_x\")\n"
                     "}\n\n"
                     "/// The name of the table is a reserved word.\n"
                     "model Renamedclass {\n"
                     "  id Int @id\n\n"
                     "  @@map(\"class\")\n"
                     "}\n\n"
                     "model weird__table {\n"
                     "  a_b      Int  @id @map(\"a b\")\n"
                     "  st       Int? @map(\"1st\")\n"
                     "  column_3 Int? @map(\"é\")\n\n"
                     "  @@map(\"weird \\\"table\")\n"
                     "}\n\n"
                     "model x_2 {\n"
                     "  id    Int  @id\n"
                     "  User  Int?\n"
                     "  a_b   Int? @map(\"a-b\")\n"
                     "  a_b_2 Int? @map(\"a b\")\n\n"
                     "  @@map(\"x\")\n"
                     "}\n");
}

static void indexes_say_what_the_language_can_and_the_rest_is_told(void **state)
{
    (void)state;
    pulled p;
    pull_sql(&p, TENON_POSTGRESQL,
             "CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY, a text, b jsonb, c text[], d int,"
             " UNIQUE (a, d), EXCLUDE USING btree (d WITH =));"
             "CREATE INDEX ON t (a DESC, d); CREATE INDEX h ON t USING hash (a);"
             "CREATE INDEX g ON t USING gin (b jsonb_path_ops); CREATE INDEX g2 ON t USING gin (c);"
             "CREATE UNIQUE INDEX one ON t (d); CREATE UNIQUE INDEX two ON t (d);"
             "CREATE INDEX part ON t (d) WHERE d > 3; CREATE INDEX br ON t USING brin (d);"
             "CREATE INDEX ex ON t (lower(a)); CREATE INDEX inc ON t (a) INCLUDE (d);"
             "CREATE INDEX nl ON t (a NULLS FIRST); CREATE INDEX op ON t (a text_pattern_ops);"
             "CREATE INDEX co ON t (a COLLATE \"C\"); CREATE UNIQUE INDEX nn ON t (d) NULLS NOT"
             " DISTINCT",
             NULL);
    assert_string_equal(pulled_models(&p),
                        "model t {\n"
                        "  id Int      @id(map: \"k\")\n"
                        "  a  String?\n"
                        "  b  Json?\n"
                        "  c  String[]\n"
                        "  d  Int?     @unique(map: \"one\")\n\n"
                        "  @@unique([a, d])\n"
                        "  @@unique([d], map: \"two\")\n"
                        "  @@index([d], map: \"br\", type: Brin)\n"
                        "  @@index([b(ops: JsonbPathOps)], map: \"g\", type: Gin)\n"
                        "  @@index([c], map: \"g2\", type: Gin)\n"
                        "  @@index([a], map: \"h\", type: Hash)\n"
                        "  @@index([d], map: \"part\", where: raw(\"(d > 3)\"))\n"
                        "  @@index([a(sort: Desc), d])\n"
                        "}\n");
    assert_outside(&p, "index", "\"ex\" of \"t\"", "expression");
    assert_outside(&p, "index", "\"inc\" of \"t\"", "includes");
    assert_outside(&p, "index", "\"nl\" of \"t\"", "NULL");
    assert_outside(&p, "index", "\"op\" of \"t\"", "operator class");
    assert_outside(&p, "index", "\"co\" of \"t\"", "collation");
    assert_outside(&p, "index", "\"nn\" of \"t\"", "NULLs for equal");
    assert_outside(&p, "exclusion constraint", "\"t_d_excl\" of \"t\"", "exclusion");
    assert_int_equal(p.result.notice_count, 7);
    check_fixed_point(&p);
    pulled_close(&p);
}

static void nothing_is_left_out_silently(void **state)
{
    (void)state;
    pulled p;
    pull_sql(&p, TENON_POSTGRESQL,
             "CREATE DOMAIN email AS text; CREATE EXTENSION pg_trgm;"
             "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, g int GENERATED"
             " ALWAYS AS (1 + 1) STORED, c text COLLATE \"C\", l text[] NOT NULL, e email,"
             " CONSTRAINT odd CHECK (c <> 'x'), CONSTRAINT t_c_check CHECK (c <> 'y'));"
             "CREATE TABLE nokey (a int, t bigint REFERENCES t DEFERRABLE);"
             "CREATE TABLE parts (a int) PARTITION BY RANGE (a);"
             "CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (2);"
             "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
             "COMMENT ON TABLE t IS 'about'; COMMENT ON COLUMN t.id IS E'its\\nnumber';"
             "COMMENT ON COLUMN t.g IS '@tenon.sensitive'; CREATE VIEW v AS SELECT 1 AS one;",
             POSTGRESQL);
    assert_string_equal(pulled_models(&p),
                        "/// The table has no key: no column or set of columns that is unique and"
                        " required.\n"
                        "model nokey {\n"
                        "  a          Int?\n"
                        "  t          BigInt?\n"
                        "  t_nokeyTot t?      @relation(fields: [t], references: [id], onDelete:"
                        " NoAction, onUpdate: NoAction)\n\n"
                        "  @@ignore\n"
                        "}\n\n"
                        "/// The table has no key: no column or set of columns that is unique and"
                        " required.\n"
                        "model parts {\n"
                        "  a Int?\n\n"
                        "  @@ignore\n"
                        "}\n\n"
                        "/// about\n"
                        "model t {\n"
                        "  /// its\n"
                        "  /// number\n"
                        "  id    BigInt                @id @default(autoincrement())\n"
                        "  g     Int?                  @default(dbgenerated())\n"
                        "  /// @tenon.check(\"(c <> 'y'::text)\")\n"
                        "  c     String?\n"
                        "  l     String[]\n"
                        "  e     Unsupported(\"email\")?\n"
                        "  nokey nokey[]               @ignore\n"
                        "}\n");
    assert_outside(&p, "generated column", "\"g\" of \"t\"", "the database makes its value");
    assert_outside(&p, "identity column", "\"id\" of \"t\"", "autoincrement()");
    assert_outside(&p, "collation", "\"c\" of \"t\"", "no word");
    assert_outside(&p, "NOT NULL", "\"l\" of \"t\"", "lists");
    assert_outside(&p, "check", "\"odd\" of \"t\"", "name");
    assert_outside(&p, "comment", "\"g\" of \"t\"", "comments");
    assert_outside(&p, "foreign key", "\"nokey_t_fkey\" of \"nokey\"", "deferred");
    assert_outside(&p, "table", "\"nokey\"", "no key");
    assert_outside(&p, "partitioned table", "\"parts\"", "divided");
    assert_outside(&p, "partition", "\"part\"", "belongs");
    assert_outside(&p, "view", "\"v\"", "previewFeatures");
    assert_outside(&p, "extension", "\"pg_trgm\"", "datasource");
    assert_outside(&p, "domain", "\"email\"", "no word");
    assert_outside(&p, "function", "\"f()\"", "no word");
    pulled_close(&p);
}

static void sqlite_has_its_own_that_is_told(void **state)
{
    (void)state;
    pulled p;
    pull_sql(&p, TENON_SQLITE,
             "CREATE TABLE t (a TEXT, b NVARCHAR(20) DEFAULT 'x''y', n NUMERIC(10,2) DEFAULT 1.5,"
             " at DATETIME DEFAULT CURRENT_TIMESTAMP, f BOOLEAN DEFAULT 1, o GEOMETRY, x BLOB,"
             " g INT AS (1) STORED, CONSTRAINT t_a_check CHECK (a <> ''), CHECK (b <> a),"
             " PRIMARY KEY (a)) WITHOUT ROWID; CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT 1;"
             " END; CREATE INDEX e ON t (lower(b)); CREATE VIRTUAL TABLE w USING fts5(body);"
             "CREATE TABLE c (id INTEGER PRIMARY KEY, t TEXT REFERENCES t DEFERRABLE INITIALLY"
             " DEFERRED, z INT REFERENCES gone(id))",
             NULL);
    assert_string_equal(pulled_models(&p),
                        "model c {\n"
                        "  id     Int     @id @default(autoincrement())\n"
                        "  t      String?\n"
                        "  z      Int?\n"
                        "  t_cTot t?      @relation(fields: [t], references: [a], onDelete:"
                        " NoAction, onUpdate: NoAction)\n"
                        "}\n\n"
                        "model t {\n"
                        "  /// @tenon.check(\"a <> ''\")\n"
                        "  a  String                   @id\n"
                        "  b  String?                  @default(\"x'y\")\n"
                        "  n  Decimal?                 @default(1.5)\n"
                        "  at DateTime?                @default(now())\n"
                        "  f  Boolean?                 @default(true)\n"
                        "  o  Unsupported(\"GEOMETRY\")?\n"
                        "  x  Bytes?\n"
                        "  g  Int?                     @default(dbgenerated())\n"
                        "  c  c[]\n"
                        "}\n");
    assert_outside(&p, "table without rowid", "\"t\"", "no word");
    assert_outside(&p, "generated column", "\"g\" of \"t\"", "makes its value");
    assert_outside(&p, "index", "\"e\" of \"t\"", "expression");
    assert_outside(&p, "check", "\"b <> a\" of \"t\"", "name");
    assert_outside(&p, "foreign key", "\"t\" of \"c\"", "deferred");
    assert_outside(&p, "foreign key", "\"z\" of \"c\"", "not in the schema");
    assert_outside(&p, "virtual table", "\"w\"", "no word");
    assert_outside(&p, "trigger", "\"r\" of \"t\"", "no word");
    pulled_close(&p);
}

static void keys_of_sqlite_that_are_looser_than_the_schemas_are_told(void **state)
{
    (void)state;
    pulled p;
    pull_sql(&p, TENON_SQLITE,
             "CREATE TABLE a (id INT NOT NULL PRIMARY KEY, n TEXT DEFAULT NULL);"
             "CREATE TABLE b (k TEXT PRIMARY KEY)",
             NULL);
    assert_lines_equal(pulled_models(&p),
                       "model a {\n  id Int @id\n  n String?\n}\n\nmodel b {\n  k String @id\n}\n",
                       "");
    assert_outside(&p, "primary key column", "\"id\" of \"a\"", "does not number it");
    assert_outside(&p, "primary key column", "\"k\" of \"b\"", "lets it be NULL");
    assert_int_equal(p.result.notice_count, 2);
    pulled_close(&p);
}

/* ---- over a schema that is there ------------------------------------------------------------- */

static const char hand_made[] =
    "// at the top\n" POSTGRESQL "generator tenon {\n  provider = \"tenon\"\n}\n\n"
    "// between\n\n"
    "/// People who write.\n"
    "/// @tenon.renamedFrom(\"writers\")\n"
    "model Author {\n"
    "  /// in full\n"
    "  fullName  String    @map(\"full_name\") @db.VarChar(100)\n"
    "  key       String    @id @default(uuid(7)) @map(\"id\")\n"
    "  mood      Feeling   @default(HAPPY)\n"
    "  changed   DateTime  @updatedAt\n"
    "  deletedAt DateTime? @map(\"deleted_at\")\n"
    "  works     Book[]    @relation(\"WrittenBy\")\n"
    "  secret    String?   @ignore\n\n"
    "  @@unique([fullName, key], name: \"both\", map: \"one_of_both\")\n"
    "  @@map(\"authors\")\n"
    "}\n\n"
    "enum Feeling {\n"
    "  /// best\n"
    "  HAPPY @map(\"happy\")\n"
    "  SAD   @map(\"sad\")\n\n"
    "  @@map(\"feeling\")\n"
    "}\n\n"
    "model Book {\n"
    "  id       Int     @id @default(autoincrement())\n"
    "  writerId String  @map(\"writer\")\n"
    "  /// who\n"
    "  writer   Author  @relation(\"WrittenBy\", fields: [writerId], references: [key])\n"
    "  /// @tenon.check(\"price >= 0\")\n"
    "  price    Decimal @default(1.50) @db.Decimal(10, 2)\n\n"
    "  @@index([price], map: \"dear\", where: raw(\"price > 100\"))\n"
    "  @@map(\"books\")\n"
    "}\n";

/* The schema is pushed and pulled over itself. */
static void push_text(const char *url, const char *text)
{
    tenon_error err = {0};
    ddl_script script;
    schema_source source = {"a", text, strlen(text)};
    schema *s = schema_read_texts(&source, 1, NULL);
    if (schema_error_count(s))
        schema_print_diagnostics(s, stderr, false);
    assert_int_equal(schema_error_count(s), 0);
    tenon__buf sql = {0};
    assert_true(ddl_create(s, TENON_POSTGRESQL, &script, &err));
    ddl_script_text(&script, &sql);
    testdb_run(url, tenon__buf_string(&sql));
    tenon__buf_release(&sql);
    ddl_script_release(&script);
    schema_free(s);
}

static void a_schema_pulled_over_itself_stays_as_it_is(void **state)
{
    (void)state;
    pulled p;
    const char *url = testdb_create("itself");
    push_text(url, hand_made);
    pull_database(&p, url, hand_made);
    assert_string_equal(p.result.files[0].text, hand_made);
    assert_int_equal(p.result.notice_count, 0);
    pulled_close(&p);
}

/* It makes nothing there, so nothing that is missing takes it away. */
static void the_word_for_indexes_of_vectors_stays_on_sqlite(void **state)
{
    (void)state;
    static const char old[] =
        SQLITE "model Book {\n"
               "  id        Int                       @id @default(autoincrement())\n"
               "  /// @tenon.vectorIndex(hnsw, metric: cosine)\n"
               "  embedding Unsupported(\"vector(3)\")?\n}\n";
    pulled p;
    pull_sql(&p, TENON_SQLITE,
             "CREATE TABLE \"Book\" (id INTEGER PRIMARY KEY AUTOINCREMENT, embedding vector(3))",
             old);
    assert_non_null(strstr(p.result.files[0].text, "@tenon.vectorIndex(hnsw, metric: cosine)"));
    pulled_close(&p);
}

/* Spelt and laid out as nobody else would. */
static void an_unchanged_database_changes_no_letter(void **state)
{
    (void)state;
    static const char odd[] =
        POSTGRESQL "model   A {\n"
                   "  id Int @id  @default(autoincrement()) // a comment\n\n"
                   "  // of its own\n"
                   "  b  B?  @relation(fields: [bId], references: [id], onDelete: SetNull)\n"
                   "  bId Int?  @db.Integer\n"
                   "  at  DateTime @default(now()) @updatedAt @db.Timestamptz\n"
                   "  @@index(fields: [bId])\n"
                   "}\n"
                   "model B { // here\n  id Int @id\n  a A[]\n  t String @db.Text\n\n"
                   "  @@unique([t])\n}\n";
    pulled p;
    const char *url = testdb_create("unchanged");
    push_text(url, odd);
    pull_database(&p, url, odd);
    assert_false(p.result.files[0].is_changed);
    assert_string_equal(p.result.files[0].text, odd);
    pulled_close(&p);
    testdb_run(url, "CREATE UNIQUE INDEX more ON \"A\" (\"bId\")");
    pull_database(&p, url, odd);
    const char *text = p.result.files[0].text;
    assert_non_null(strstr(text, "  // of its own\n"));
    assert_non_null(strstr(text, "  bId Int?     @unique(map: \"more\") @db.Integer\n"));
    assert_non_null(strstr(text, "@default(autoincrement()) // a comment\n"));
    assert_non_null(strstr(text, "  @@unique([t])\n"));
    pulled_close(&p);
}

static void keys_and_relations_that_are_gone_leave_the_schema(void **state)
{
    (void)state;
    pulled p;
    const char *url = testdb_create("gone");
    push_text(url, hand_made);
    testdb_run(url, "ALTER TABLE books DROP CONSTRAINT books_writer_fkey;"
                    "DROP INDEX one_of_both, dear; ALTER TABLE books DROP CONSTRAINT"
                    " books_price_check, ADD CONSTRAINT books_price_check CHECK (price > 5);"
                    "CREATE INDEX dear ON books (price DESC)");
    pull_database(&p, url, hand_made);
    const char *text = p.result.files[0].text;
    assert_null(strstr(text, "WrittenBy"));
    assert_null(strstr(text, "one_of_both"));
    assert_null(strstr(text, "price >= 0"));
    assert_non_null(strstr(text, "/// @tenon.check(\"(price > (5)::numeric)\")\n"));
    assert_non_null(strstr(text, "  @@index([price(sort: Desc)], map: \"dear\")\n"));
    assert_non_null(strstr(text, "  writerId String  @map(\"writer\")\n"));
    pulled_close(&p);
}

static void what_has_changed_in_the_database_is_changed_in_the_schema(void **state)
{
    (void)state;
    pulled p;
    const char *url = testdb_create("changed");
    push_text(url, hand_made);
    testdb_run(url, "ALTER TABLE books DROP COLUMN price; ALTER TABLE books ADD COLUMN pages int;"
                    "ALTER TABLE authors ALTER full_name TYPE text, ALTER mood DROP NOT NULL;"
                    "ALTER TYPE feeling ADD VALUE 'so so'; ALTER TABLE authors ADD UNIQUE (secret);"
                    "CREATE TABLE extra (id int PRIMARY KEY, book int REFERENCES books(id))");
    pull_database(&p, url, hand_made);
    const char *text = p.result.files[0].text;
    assert_non_null(strstr(text, "// at the top\n"));
    assert_non_null(strstr(text, "// between\n"));
    assert_non_null(strstr(text, "  fullName  String    @map(\"full_name\")\n"));
    assert_non_null(strstr(text, "  mood      Feeling?  @default(HAPPY)\n"));
    assert_non_null(strstr(text, "  secret    String?   @unique @ignore\n"));
    assert_non_null(strstr(text, "  so_so @map(\"so so\")\n"));
    assert_non_null(strstr(text, "  pages    Int?\n  extra    extra[]\n"));
    assert_null(strstr(text, "price"));
    assert_non_null(strstr(text, "model extra {\n  id   Int   @id\n  book Int?\n"
                                 "  Book Book? @relation(fields: [book], references: [id],"));
    pulled_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_and_defaults_are_those_of_the_language),
        cmocka_unit_test(numbers_of_a_sequence_that_nobody_owns_are_autoincrement),
        cmocka_unit_test(relations_are_named_as_the_languages_engine_names_them),
        cmocka_unit_test(names_that_the_language_cannot_have_are_mapped),
        cmocka_unit_test(indexes_say_what_the_language_can_and_the_rest_is_told),
        cmocka_unit_test(nothing_is_left_out_silently),
        cmocka_unit_test(sqlite_has_its_own_that_is_told),
        cmocka_unit_test(keys_of_sqlite_that_are_looser_than_the_schemas_are_told),
        cmocka_unit_test(a_schema_pulled_over_itself_stays_as_it_is),
        cmocka_unit_test(the_word_for_indexes_of_vectors_stays_on_sqlite),
        cmocka_unit_test(an_unchanged_database_changes_no_letter),
        cmocka_unit_test(keys_and_relations_that_are_gone_leave_the_schema),
        cmocka_unit_test(what_has_changed_in_the_database_is_changed_in_the_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
