/* Private to tool/lint: the linter at work.
 *
 * A file is judged statement by statement: every rule is called with the statement, or with each
 * command of an ALTER TABLE, and speaks up through lint_report; then model.c learns what the
 * statement did. Rules that need the whole file look at l->steps, where locks and transactions of
 * every statement stand. */
#ifndef TENON_LINT_INSIDE_H
#define TENON_LINT_INSIDE_H

#include "lint/lint.h"
#include "pgparse/pgparse.h"
#include "rows/rows.h"

#define NODE(kind) PG_QUERY__NODE__NODE_##kind
#define COMMAND(kind) PG_QUERY__ALTER_TABLE_TYPE__AT_##kind
#define CONSTRAINT(kind) PG_QUERY__CONSTR_TYPE__CONSTR_##kind
#define OBJECT(kind) PG_QUERY__OBJECT_TYPE__OBJECT_##kind
#define TRANSACTION(kind) PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_##kind
#define IS_CASCADE(behavior) ((behavior) == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)

/* ---- what is known of the database (model.c) ------------------------------------------------- */

/* "varchar(20)[]": the name as the parser has it, in lower case where it was not quoted. */
typedef struct lint_type {
    const char *name;
    int arguments[2];
    size_t argument_count;
    bool is_array;
} lint_type;

typedef struct lint_column {
    struct lint_column *next;
    const char *name;
    lint_type type; /* name NULL: unknown */
    bool is_required, is_generated, is_dropped;
    size_t file; /* that adds it */
} lint_column;

typedef enum lint_key_kind {
    LINT_PRIMARY,
    LINT_UNIQUE,
    LINT_INDEX,
    LINT_FOREIGN,
    LINT_CHECKED,
    LINT_EXCLUSION,
    LINT_TRIGGER, /* of SQLite */
} lint_key_kind;

/* An index or a constraint. */
typedef struct lint_key {
    struct lint_key *next;
    const char *name; /* may be NULL of a constraint */
    lint_key_kind kind;
    const char **columns; /* an expression is "" */
    size_t column_count;
    const char *target;        /* of a foreign key: the table */
    PgQuery__Node *expression; /* of a check */
    bool is_valid, is_dropped; /* NOT VALID: false until it is validated */
    size_t file, step;         /* that add it */
    unsigned transaction;      /* that adds it; 0: none */
    unsigned checked_in;       /* transaction that validated it */
} lint_key;

typedef struct lint_table {
    struct lint_table *next;
    const char *name; /* "users", "sales.orders" */
    bool is_known;    /* all columns are: a file that was read creates it */
    bool is_view, is_dropped;
    size_t file; /* that creates it */
    lint_column *columns;
    lint_key *keys;
    PgQuery__Node *query; /* of a view */
} lint_table;

typedef struct lint_enum {
    struct lint_enum *next;
    const char *name, *old_name; /* before it was renamed, in this file */
    const char **values;
    size_t value_count;
    bool is_known;
    size_t file;
} lint_enum;

/* ---- a statement ---- */

typedef enum lint_lock {
    LINT_NO_LOCK,
    LINT_ROW_LOCK,       /* ROW EXCLUSIVE and weaker: nobody waits */
    LINT_UPDATE_LOCK,    /* SHARE UPDATE EXCLUSIVE: other DDL waits */
    LINT_SHARE_LOCK,     /* SHARE: writers wait */
    LINT_EXCLUSIVE_LOCK, /* SHARE ROW EXCLUSIVE, EXCLUSIVE: writers wait */
    LINT_ACCESS_LOCK,    /* ACCESS EXCLUSIVE: everybody waits */
} lint_lock;

/* Where a statement stands. */
typedef enum lint_place {
    LINT_OUTSIDE,
    LINT_UNKNOWN_BLOCK, /* is a DO block of which not everything is known */
    LINT_KNOWN_CALL,    /* calls functions of the file, whose statements stand behind it */
    LINT_IN_BLOCK,      /* of the DO or the call before it */
    LINT_IN_LOOP,       /* of such a block */
} lint_place;

/* A tree of such statements. */
typedef struct lint_inner {
    struct lint_inner *next;
    pgparse_tree *tree;
} lint_inner;

typedef struct lint_step {
    lint_place place;
    const pgparse_statement *statement;
    PgQuery__Node *node;  /* NULL: it cannot be parsed */
    const char *table;    /* that it changes; NULL: none */
    lint_lock lock;       /* on it */
    unsigned transaction; /* 0: none */
    bool is_ddl, is_new;  /* the table is made by this file */
} lint_step;

typedef struct lint_file {
    const char *path;
    const char *name;     /* of the migration, where it is one of a folder */
    const char *text;     /* spaces stand for a byte order mark */
    const char *original; /* the text as it was read */
    pgparse_tree *tree;   /* kept to the end: the model points into it */
    lint_place *places;   /* of its statements, those of blocks among them */
    lint_step *steps;
    size_t step_count;
    const char *parent;          /* tenon.toml beside it: what it was made on top of; or NULL */
    const char *parent_checksum; /* of the parent's text then; or NULL */
    bool has_schema;             /* after.schema is beside it */
    bool is_quiet;               /* read for the model only */
    bool is_applied;             /* to the database of the session */
    bool is_implicit;            /* one transaction, because migrators send it at once */
    bool has_nul;                /* so it is no text */
    bool is_migration;           /* migration.sql of a folder of its own */
} lint_file;

struct lint {
    tenon__arena arena;
    lint_options options;
    lint_finding **findings;
    size_t finding_count, finding_capacity;
    lint_file *files;
    size_t file_count, file_capacity;
    size_t statement_count;
    lint_table *tables;
    lint_enum *enums;
    rows history; /* of the session's database: names and checksums, sorted by name */
    /* where we are */
    lint_file *file;
    size_t file_index;
    lint_step *step;
    lint_step unread; /* of a file that is no text */
    size_t step_index;
    unsigned number;       /* of the rule at work */
    unsigned transactions; /* counted */
    bool failed;           /* no memory */
    lint_inner *inner;
};

/* A rule: its functions are called with each statement that could be parsed, with each command of
 * an ALTER TABLE, and at the end of a file. */
typedef struct lint_rule {
    unsigned number;
    void (*statement)(lint *l);
    void (*command)(lint *l, PgQuery__AlterTableCmd *command);
    void (*file)(lint *l);
} lint_rule;

/* Each ended by number 0. */
extern const lint_rule lint_rules_loss[], lint_rules_present[], lint_rules_index_locks[],
    lint_rules_rewrites[], lint_rules_order[], lint_rules_settings[], lint_rules_clients[],
    lint_rules_style[];

/* ---- speaking up (report.c) ---- */

/* A finding of the rule at work, at a location of the statement (-1: its start). NULL where it is
 * ignored, switched off, or memory is exhausted. */
lint_finding *lint_report(lint *l, int location, const char *format, ...) TENON_PRINTF(3, 4);
/* The same for another statement of the file, and for a byte of the file's text. */
lint_finding *lint_report_step(lint *l, const lint_step *step, const char *format, ...)
    TENON_PRINTF(3, 4);
lint_finding *lint_report_at(lint *l, size_t offset, size_t end, const char *format, va_list args)
    TENON_PRINTF(4, 0);
/* All NULL-safe: a finding that is ignored stays so. */
void lint_set_rewrite(lint *l, lint_finding *finding, const char *format, ...) TENON_PRINTF(3, 4);
void lint_set_severity(lint_finding *finding, lint_severity severity);
/* Says so of every comment that wants something ignored without a reason. */
void lint_check_comments(lint *l);
/* A text in the arena; "" when memory is exhausted. */
const char *lint_format_text(lint *l, const char *format, ...) TENON_PRINTF(2, 3);
const char *lint_print_expression(lint *l, PgQuery__Node *expression);

/* ---- safe forms (edit.c), each ending in ";" ---- */

const char *lint_text_of(lint *l, const lint_step *step);
/* The statement at hand with more words behind the first token of a kind, or at its end. */
const char *lint_text_with(lint *l, PgQuery__Token behind, const char *words);
const char *lint_text_and(lint *l, const char *words);
/* Of an ALTER TABLE: where its commands begin, and the text of one of them. */
size_t lint_commands_start(const lint *l, const lint_step *step);
const char *lint_command_text(lint *l, const lint_step *step, size_t index);

/* ---- the model ---- */

void lint_learn(lint *l);
/* NULL, and l->failed, for want of memory; or where the table is NULL. */
lint_table *lint_add_table(lint *l, const char *name);
lint_column *lint_add_column(lint *l, lint_table *table, const char *name);
lint_key *lint_add_key(lint *l, lint_table *table, lint_key_kind kind, const char *name);
lint_table *lint_find_table(lint *l, const char *name);
/* Of a table that is new here, no one can be using it. */
bool lint_is_new_table(lint *l, const char *name);
lint_column *lint_find_column(lint *l, const char *table, const char *column);
lint_key *lint_find_key(lint_table *table, const char *name);
lint_table *lint_table_of_index(lint *l, const char *index, lint_key **key);
lint_enum *lint_find_enum(lint *l, const char *name);
bool lint_enum_has(const lint_enum *e, const char *value);
/* Whether both are enums, and the second has every value of the first. */
bool lint_has_all_values(lint *l, const char *from, const char *to);
/* Whether a view of the model reads the table, or the column (NULL: any); *view says which
 * (views.c). */
bool lint_is_viewed(lint *l, const char *table, const char *column, const char **view);
/* A check (column IS NOT NULL) that was validated. */
bool lint_is_checked_not_null(lint *l, const char *table, const char *column);

/* ---- reading trees (tree.c) ---- */

const char *lint_table_name(lint *l, const PgQuery__RangeVar *relation);
const char *lint_list_name(lint *l, PgQuery__Node *const *names, size_t count);
/* Of a name in the list of a DROP: a list of names, or one. */
const char *lint_object_name(lint *l, const PgQuery__Node *object);
/* `"user"."b"` of "user" and "b", as SQL. */
const char *lint_quote(lint *l, const char *name);
const char *lint_quote_table(lint *l, const char *name);
PgQuery__Constraint *lint_column_constraint(const PgQuery__ColumnDef *column,
                                            PgQuery__ConstrType type);
PgQuery__Constraint *lint_added_constraint(const PgQuery__AlterTableCmd *command,
                                           PgQuery__ConstrType type);
PgQuery__ColumnDef *lint_added_column(const PgQuery__AlterTableCmd *command);
bool lint_is_alter_table(const PgQuery__Node *node);
/* rewrites.c: whether `deploy` makes what the file says while the table is in use. */
bool lint_is_made_online(const lint *l);
bool lint_is_concurrent(const PgQuery__Node *node);
bool lint_has_option(PgQuery__Node *const *options, size_t count, const char *name);
void lint_plan_steps(lint *l);
/* Puts the statements of DO blocks behind them, into the tree of the file (block.c). */
void lint_unfold_blocks(lint *l);
/* The table that a statement changes, as far as the model knows by now; NULL: none. */
const char *lint_table_of(lint *l, const PgQuery__Node *node);
bool lint_calls(const PgQuery__Node *node, const char *const *functions);
/* Locks of the table of a statement in words, and whether they make others wait. */
const char *lint_lock_name(lint_lock lock);
bool lint_is_dangerous(const lint_step *step);
bool lint_is_data_change(const PgQuery__Node *node);

/* ---- types (types.c) ---- */

typedef enum lint_change {
    LINT_SAME_TYPE,
    LINT_CHEAP_CHANGE, /* the catalogue alone changes */
    LINT_REWRITE,
    LINT_UNKNOWN_CHANGE,
} lint_change;

lint_type lint_type_of(lint *l, const PgQuery__TypeName *type);
const char *lint_type_text(lint *l, const lint_type *type);
/* Of "character varying(20)", as the server prints it. */
bool lint_type_parse(lint *l, const char *text, lint_type *type);
lint_change lint_compare_types(const lint_type *from, const lint_type *to, bool is_utc);
/* Whether values can be cut or refused; `from` may be unknown. */
bool lint_is_narrowing(const lint_type *from, const lint_type *to);
/* From a number to one that holds all of its values. */
bool lint_is_widening(const lint_type *from, const lint_type *to);
bool lint_is_serial(const lint_type *type);
/* The type of a column as the model or the database knows it; name NULL otherwise. */
lint_type lint_known_type(lint *l, const char *table, const char *column);

/* ---- asking the database (proof.c) ---- */

/* What was found settles it: none takes the finding back, others are its evidence. */
void lint_settle(lint *l, lint_finding **finding, const char *count, const char *keys);
/* What a query over the rows of a table says about a finding: where it gives no row the finding is
 * taken back (unless `keeps`), else it is an error with count and keys. `condition` is SQL over the
 * table's columns, which name a row that breaks the rule. Does nothing without a session, or where
 * the table is not there. */
void lint_prove_rows(lint *l, lint_finding **finding, const char *table, const char *condition);
/* The same by a whole query of two columns: how many, and which. */
void lint_prove_query(lint *l, lint_finding **finding, const char *table, const char *query);
/* The same for rows whose values make the expression raise. */
void lint_prove_cast(lint *l, lint_finding **finding, const char *table, const char *expression);
/* Lets severity follow the table's size. */
void lint_scale(lint *l, lint_finding *finding, const char *table);
/* First cell of a query's answer in the arena, or NULL. */
const char *lint_ask(lint *l, const char *sql, const char *value);
const char *lint_ask_pair(lint *l, const char *sql, const char *one, const char *two);
bool lint_is_there(lint *l, const char *table);

/* ---- files ---- */

/* What `file` points to is kept by the linter's arena already. */
bool lint_add_file(lint *l, const lint_file *file, tenon_error *err);
void lint_judge_sqlite(lint *l);
/* What the database of the session has run. */
void lint_read_history(lint *l);
bool lint_is_applied(const lint *l, const char *name);
/* Of the files from this one on, which are those of a folder. */
void lint_judge_history(lint *l, size_t first);

#endif
