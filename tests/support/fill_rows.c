/* See fill_rows.h. */
#include "fill_rows.h"

#include "render/render.h"

#include <strings.h>

typedef struct filler {
    const catalogue *c;
    tenon__buf *sql;
    int row;
} filler;

/* Values by a word of the type's name; %d is the number of the row. */
static const struct {
    const char *type, *value;
} values[] = {
    {"uuid", "'00000000-0000-4000-8000-00000000000%d'"},
    {"timestamp", "'2024-02-0%d 12:00:00'"},
    {"datetime", "'2024-02-0%dT12:00:00.000+00:00'"},
    {"date", "'2024-02-0%d'"},
    {"time", "'12:00:0%d'"},
    {"json", "'{\"a\": %d}'"},
    {"bool", "(%d = 1)"},
    {"bytea", "'\\x0%d'"},
    {"blob", "x'0%d'"},
    {"inet", "'10.0.0.%d'"},
    {"interval", "'%d days'"},
    {"tsvector", "'a%d'"},
    {"bit", "'%d'"},
    {"xml", "'<a>%d</a>'"},
};

static void add_enum_value(filler *f, const catalogue_column *column)
{
    const catalogue_enum *e = catalogue_find_enum(f->c, column->type_namespace, column->type_name);
    const char *value = e && e->value_count ? e->values[0] : "";
    tenon__quote_literal(f->sql, f->c->dialect, value, strlen(value), NULL);
}

static void add_value(filler *f, const catalogue_column *column)
{
    if (column->is_array) {
        tenon__buf_text(f->sql, "'{}'");
        return;
    }
    if (column->is_enum) {
        add_enum_value(f, column);
        return;
    }
    for (size_t i = 0; i < TENON__COUNT(values); i++) {
        const char *value = values[i].value, *number = strstr(value, "%d");
        if (!strcasestr(column->type_name, values[i].type))
            continue;
        tenon__buf_add(f->sql, value, (size_t)(number - value));
        tenon__buf_format(f->sql, "%d%s", f->row, number + 2);
        return;
    }
    tenon__buf_format(f->sql, "'%d'", f->row);
}

static void add_names(filler *f, const catalogue_table *t)
{
    for (size_t i = 0; i < t->column_count; i++) {
        tenon__buf_text(f->sql, i ? ", " : "");
        tenon__quote_identifier(f->sql, f->c->dialect, t->columns[i].name, NULL);
    }
}

static bool add_row(tenon_session *s, const catalogue *c, const catalogue_table *t, int row)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    filler f = {c, &sql, row};
    tenon__buf_text(&sql, "INSERT INTO ");
    tenon__quote_table(&sql, c->dialect, t->namespace, t->name, NULL);
    tenon__buf_text(&sql, " (");
    add_names(&f, t);
    tenon__buf_text(&sql, ") VALUES (");
    for (size_t i = 0; i < t->column_count; i++) {
        tenon__buf_text(&sql, i ? ", " : "");
        add_value(&f, &t->columns[i]);
    }
    tenon__buf_char(&sql, ')');
    bool is_added = tenon_execute(s, tenon__buf_string(&sql));
    if (!is_added)
        tenon_error_clear(s);
    return is_added;
}

bool fill_rows(tenon_session *s, const catalogue *c)
{
    static const char *const without_keys[] = {
        [TENON_POSTGRESQL] = "SET session_replication_role = replica",
        [TENON_SQLITE] = "PRAGMA foreign_keys=OFF",
    };
    static const char *const with_keys[] = {
        [TENON_POSTGRESQL] = "SET session_replication_role = origin",
        [TENON_SQLITE] = "PRAGMA foreign_keys=ON",
    };
    tenon_execute(s, without_keys[c->dialect]);
    for (size_t i = 0; i < c->table_count; i++)
        for (int row = 1; row <= FILL_ROWS_PER_TABLE; row++)
            if (!add_row(s, c, &c->tables[i], row))
                break;
    return tenon_execute(s, with_keys[c->dialect]);
}
