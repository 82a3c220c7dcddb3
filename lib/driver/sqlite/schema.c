/* Does the database look as the program believes? Asked when a statement is prepared.
 *
 * A missing table or column is SQLite's own error then. What it does not tell is a declared type
 * that would change our values: a column of TEXT affinity turns the integer 7 into '7', one of
 * NUMERIC affinity the text '007' into 7. Such a column is refused with SCHEMA, naming both
 * sides. */
#include "driver/sqlite/sqlite.h"

#include <strings.h>

/* SQLite's affinities, as bits. */
typedef enum affinity {
    AFFINITY_INTEGER = 1 << 0,
    AFFINITY_TEXT = 1 << 1,
    AFFINITY_NONE = 1 << 2,
    AFFINITY_REAL = 1 << 3,
    AFFINITY_NUMERIC = 1 << 4
} affinity;

enum {
    WHOLE = AFFINITY_INTEGER | AFFINITY_NUMERIC | AFFINITY_NONE,
    TEXTUAL = AFFINITY_TEXT | AFFINITY_NONE,
    NOT_TEXT = WHOLE | AFFINITY_REAL,
    ANY = NOT_TEXT | AFFINITY_TEXT
};

/* The affinities that keep the values of a kind as they are. */
static const unsigned kept_by[] = {
    [TENON_KIND_BOOL] = WHOLE,
    [TENON_KIND_INT16] = WHOLE,
    [TENON_KIND_INT32] = WHOLE,
    [TENON_KIND_INT64] = WHOLE,
    [TENON_KIND_FLOAT] = NOT_TEXT,
    [TENON_KIND_DOUBLE] = NOT_TEXT,
    [TENON_KIND_DECIMAL] = WHOLE,
    [TENON_KIND_TEXT] = TEXTUAL,
    [TENON_KIND_JSON] = TEXTUAL | AFFINITY_NUMERIC,
    [TENON_KIND_BYTES] = AFFINITY_NONE | AFFINITY_NUMERIC,
    [TENON_KIND_UUID] = TEXTUAL | AFFINITY_NUMERIC,
    [TENON_KIND_TIME] = ANY,
    [TENON_KIND_DATE] = TEXTUAL | AFFINITY_NUMERIC,
    [TENON_KIND_CLOCK] = TEXTUAL | AFFINITY_NUMERIC,
    [TENON_KIND_CLOCK_TZ] = TEXTUAL | AFFINITY_NUMERIC,
    [TENON_KIND_INTERVAL] = ANY, /* no text that begins with P becomes a number */
    [TENON_KIND_VECTOR] = ANY,   /* a BLOB is never converted */
    [TENON_KIND_PACKED] = ANY,   /* the same */
    [TENON_KIND_ENUM] = TEXTUAL,
    [TENON_KIND_OTHER] = ANY,
};

static bool has_word(const char *declared, const char *word)
{
    return strcasestr(declared, word) != NULL;
}

/* The rules of "Determination Of Column Affinity", in their order. */
static affinity affinity_of(const char *declared)
{
    if (has_word(declared, "INT"))
        return AFFINITY_INTEGER;
    if (has_word(declared, "CHAR") || has_word(declared, "CLOB") || has_word(declared, "TEXT"))
        return AFFINITY_TEXT;
    if (has_word(declared, "BLOB") || declared[0] == '\0')
        return AFFINITY_NONE;
    if (has_word(declared, "REAL") || has_word(declared, "FLOA") || has_word(declared, "DOUB"))
        return AFFINITY_REAL;
    return AFFINITY_NUMERIC;
}

static unsigned kept_affinities(const tenon_field *field, time_form times)
{
    if (field->flags & TENON_FIELD_LIST)
        return ANY;
    if (field->kind == TENON_KIND_DECIMAL && (field->flags & TENON_FIELD_EXACT))
        return TEXTUAL;
    if (field->kind == TENON_KIND_TIME && times == TIME_FORM_UNIXMS)
        return WHOLE;
    return kept_by[field->kind];
}

static const char *wanted_type(unsigned kept)
{
    if (kept & AFFINITY_REAL)
        return "REAL";
    if (kept & AFFINITY_TEXT)
        return "TEXT";
    return kept & AFFINITY_INTEGER ? "INTEGER or DECIMAL" : "BLOB";
}

/* `declared` NULL: an expression, or a column of a view made from one. */
static bool check_type(const tenon__connection *connection, const tenon_model *model,
                       const tenon_field *field, const char *declared, tenon_error *err)
{
    unsigned kept = kept_affinities(field, connection->times);
    if (!declared || (affinity_of(declared) & kept))
        return true;
    tenon__fail_field(err, TENON_SCHEMA, model, field,
                      "the schema needs a column of type %s, the database's \"%s\".\"%s\" is "
                      "declared %s",
                      wanted_type(kept), model ? model->table : "", field->column, declared);
    tenon__hint(err, "SQLite would convert the values; change the column or the schema");
    return false;
}

static const char *declared_type(sqlite3 *db, const tenon__slot *slot)
{
    const char *declared = NULL;
    sqlite3_table_column_metadata(db, NULL, slot->model->table, slot->field->column, &declared,
                                  NULL, NULL, NULL, NULL);
    return declared;
}

static bool check_slots(const tenon__connection *connection, const tenon__statement *statement,
                        tenon_error *err)
{
    for (size_t i = 0; i < statement->slot_count; i++) {
        const tenon__slot *slot = &statement->slots[i];
        if (!slot->field || !slot->model || slot->as_text)
            continue;
        if (!check_type(connection, slot->model, slot->field, declared_type(connection->db, slot),
                        err))
            return false;
    }
    return true;
}

static bool check_name(const tenon_field *field, const char *found, tenon_error *err)
{
    if (!found || !field->column || strcmp(field->column, found) == 0)
        return true;
    tenon__fail(err, TENON_SCHEMA, "a column is \"%s\" in the program but \"%s\" in the database",
                field->column, found);
    tenon__error_copy(err->field, sizeof err->field, field->name);
    return false;
}

bool tenon__sqlite_check_schema(tenon__connection *connection, sqlite3_stmt *prepared,
                                const tenon__statement *statement, tenon_error *err)
{
    const tenon__layout *layout = statement->layout;
    for (size_t i = 0; layout && i < layout->out_count; i++) {
        const tenon__out *out = &layout->outs[i];
        if (layout->compares_names &&
            !check_name(out->field, sqlite3_column_name(prepared, (int)i), err))
            return false;
        if (out->kind == TENON__OUT_FIELD &&
            !check_type(connection, out->model ? out->model : layout->model, out->field,
                        sqlite3_column_decltype(prepared, (int)i), err))
            return false;
    }
    return check_slots(connection, statement, err);
}
