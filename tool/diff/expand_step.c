/* The steps that make room for the new version: its schema and types, functions that keep two forms
 * of a value in step, and the filling of rows that are there already.
 *
 * Who has written a row the function knows without asking who is connected. A row that is inserted
 * through a view of the new version brings the mark, which is the view's default; of an update, the
 * columns that only one of the versions has tell it. Each value follows only what its own
 * expression names: what one version cannot say exactly is not overwritten when the other changes
 * something else. A row without the mark has not been filled in yet. */
#include "diff/expand.h"

diff_step *expand_add_step(expand *e, const char *title, diff_writer *write,
                           const expand_table *table)
{
    expand_part *part = diff_array(e->m, 1, sizeof *part);
    if (!part)
        return &e->m->nobodys;
    *part = (expand_part){e, table};
    return diff_add_step(e->m, title, write, (diff_change){.to = part});
}

static const char *version_of(const expand *e)
{
    return e->given->version;
}

/* ---- the schema of the new version ----------------------------------------------------------- */

static void write_schema(diff_maker *m, const diff_change *change)
{
    const expand_part *part = expand_part_of(change);
    const expand *e = part->e;
    if (!change->to) {
        diff_write(m, "DROP SCHEMA %I", version_of(e));
        return;
    }
    diff_write(m, "CREATE SCHEMA %I;\nGRANT USAGE ON SCHEMA %I TO PUBLIC", version_of(e),
               version_of(e));
}

static void write_type_values(diff_maker *m, const catalogue_enum *type)
{
    for (size_t i = 0; i < type->value_count; i++)
        diff_write(m, i ? ", %L" : "%L", type->values[i]);
}

static void write_types(diff_maker *m, const diff_change *change)
{
    const expand_part *part = expand_part_of(change);
    const expand *e = part->e;
    for (size_t i = 0; i < e->enum_count; i++) {
        const catalogue_enum *type = e->enums[i].new;
        diff_write(m, i ? ";\n" : "");
        if (!change->to) {
            diff_write(m, "DROP TYPE %I.%I", version_of(e), type->name);
            continue;
        }
        diff_write(m, "CREATE TYPE %I.%I AS ENUM (", version_of(e), type->name);
        write_type_values(m, type);
        diff_write(m, ")");
    }
}

void expand_plan_schema(expand *e)
{
    expand_add_step(e, "CreateSchema", write_schema, NULL);
    if (e->enum_count)
        expand_add_step(e, "CreateEnum", write_types, NULL);
}

/* The types go to where those were whose place they take. */
static void write_home_types(diff_maker *m, const expand *e)
{
    for (size_t i = 0; i < e->enum_count; i++) {
        const expand_enum *x = &e->enums[i];
        const char *home = x->old->namespace ? x->old->namespace : m->default_namespace;
        diff_write(m, "DROP TYPE %N;\n", x->old->namespace, x->old->name);
        diff_write(m, "ALTER TYPE %I.%I SET SCHEMA %I;\n", version_of(e), x->new->name, home);
        if (x->old->comment)
            diff_write(m, "COMMENT ON TYPE %N IS %L;\n", x->old->namespace, x->new->name,
                       x->old->comment);
    }
    diff_write(m, "DROP SCHEMA %I", version_of(e));
}

static void write_types_away(diff_maker *m, const expand *e)
{
    for (size_t i = 0; i < e->enum_count; i++) {
        const expand_enum *x = &e->enums[i];
        diff_write(m, ";\nALTER TYPE %N SET SCHEMA %I;\n", x->new->namespace, x->new->name,
                   version_of(e));
        diff_write(m, "CREATE TYPE %N AS ENUM (", x->old->namespace, x->old->name);
        write_type_values(m, x->old);
        diff_write(m, ")");
        diff_write_comment(m, (diff_comment){DIFF_ON_TYPE, NULL, x->old->namespace, x->old->name,
                                             x->old->comment});
    }
}

static void write_schema_drop(diff_maker *m, const diff_change *change)
{
    const expand_part *part = expand_part_of(change);
    diff_change made = {.to = part};
    if (change->to) {
        write_home_types(m, part->e);
        return;
    }
    write_schema(m, &made);
    write_types_away(m, part->e);
}

void expand_plan_schema_drop(expand *e)
{
    expand_add_step(e, "DropSchema", write_schema_drop, NULL);
}

/* ---- what the function compares -------------------------------------------------------------- */

typedef bool column_filter(const expand_column *c, const void *data);

/* (ROW(NEW."a", NEW."b")::text IS DISTINCT FROM ROW(OLD."a", OLD."b")::text) over the columns in
 * the table that the filter takes; "false" where it takes none. By their texts, since not every
 * type can be compared. */
static const char *changed_columns(diff_maker *m, const expand_table *t, bool is_new,
                                   column_filter *takes, const void *data)
{
    const char *sides[] = {"NEW", "OLD"};
    size_t count = 0;
    const char *rows[2];
    for (size_t side = 0; side < 2; side++) {
        count = 0;
        const char *row = "";
        for (size_t i = 0; i < t->count; i++) {
            const expand_column *c = &t->columns[i];
            const char *name = is_new ? c->place : c->old ? c->old->name : NULL;
            if (name && takes(c, data))
                row = diff_say(m, "%s%s%s.%I", row, count++ ? ", " : "", sides[side], name);
        }
        rows[side] = row;
    }
    return count ? diff_say(m, "ROW(%s)::text IS DISTINCT FROM ROW(%s)::text", rows[0], rows[1])
                 : "false";
}

static bool is_of_new_only(const expand_column *c, const void *data)
{
    (void)data;
    return c->new && (c->is_twofold || !c->old);
}

static bool is_of_old_only(const expand_column *c, const void *data)
{
    (void)data;
    return c->old && (c->is_twofold || !c->new);
}

static bool is_named_by_old(const expand_column *c, const void *expression)
{
    return c->old && diff_names(expression, c->old->name);
}

static bool is_named_by_new(const expand_column *c, const void *expression)
{
    return c->new &&diff_names(expression, c->new->name);
}

/* ---- the function ---------------------------------------------------------------------------- */

void expand_write_row(expand *e, const expand_table *t, const char *row, bool is_new)
{
    const char *separator = "";
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        const catalogue_column *column = is_new ? c->new : c->old;
        if (!column)
            continue;
        diff_write(e->m, "%s%s.%I AS %I", separator, row, is_new ? c->place : column->name,
                   column->name);
        separator = ", ";
    }
}

/* The columns of the table have the names of the old version. */
static void write_follow(expand *e, const expand_table *t, const expand_column *c, bool is_up)
{
    diff_maker *m = e->m;
    const char *expression = is_up ? c->up : c->down;
    diff_write(m, "        IF is_first OR %s THEN\n            SELECT %s INTO NEW.%I\n",
               changed_columns(m, t, !is_up, is_up ? is_named_by_old : is_named_by_new, expression),
               expression, is_up ? c->place : c->old->name);
    diff_write(m, "            FROM (SELECT ");
    if (is_up)
        diff_write(m, "NEW.*");
    else
        expand_write_row(e, t, "NEW", true);
    diff_write(m, ") AS version;\n        END IF;\n");
}

static void write_follows(expand *e, const expand_table *t, bool is_up)
{
    diff_write(e->m, "    IF NOT is_by_%s THEN\n", is_up ? "new" : "old");
    for (size_t i = 0; i < t->count; i++)
        if (is_up ? t->columns[i].up : t->columns[i].down)
            write_follow(e, t, &t->columns[i], is_up);
    diff_write(e->m, "    END IF;\n");
}

static const char *function_name(diff_maker *m, const expand_table *t)
{
    enum { MOST = 63 - sizeof "_in_step" + 1 };
    size_t length = tenon__utf8_cut(t->old->name, strlen(t->old->name), MOST);
    const char *base = tenon__arena_copy(m->arena, t->old->name, length);
    return diff_say(m, "%s_in_step", base ? base : "");
}

static void write_function(expand *e, const expand_table *t)
{
    diff_maker *m = e->m;
    const char *by_new = changed_columns(m, t, true, is_of_new_only, NULL);
    const char *by_old = changed_columns(m, t, false, is_of_old_only, NULL);
    diff_write(m,
               "CREATE FUNCTION %I.%I() RETURNS trigger LANGUAGE plpgsql\n"
               "SET search_path FROM CURRENT AS $tenon$\n"
               "DECLARE\n"
               "    is_first boolean := TG_OP = 'INSERT' OR OLD.%I IS NOT TRUE;\n"
               "    is_by_new boolean := NEW.%I IS TRUE;\n"
               "    is_by_old boolean := NEW.%I IS NOT TRUE;\n"
               "BEGIN\n"
               "    IF NOT is_first THEN\n"
               "        is_by_new := %s;\n"
               "        is_by_old := %s;\n"
               "    END IF;\n",
               version_of(e), function_name(m, t), EXPAND_MARK, EXPAND_MARK, EXPAND_MARK, by_new,
               by_old);
    write_follows(e, t, true);
    write_follows(e, t, false);
    diff_write(m, "    NEW.%I := true;\n    RETURN NEW;\nEND $tenon$;\n", EXPAND_MARK);
}

/* Triggers run by name: this one comes behind those that change the row. */
static const char trigger[] = "zz_tenon_in_step";

static void write_function_and_trigger(diff_maker *m, const diff_change *change)
{
    const expand_part *part = expand_part_of(change);
    const expand_table *t = part->table;
    const char *name = function_name(m, t);
    if (!change->to) {
        diff_write(m, "DROP TRIGGER %I ON %T;\nDROP FUNCTION %I.%I()", trigger, t->old,
                   version_of(part->e), name);
        return;
    }
    write_function(part->e, t);
    diff_write(m,
               "CREATE TRIGGER %I BEFORE INSERT OR UPDATE ON %T\n"
               "    FOR EACH ROW EXECUTE FUNCTION %I.%I()",
               trigger, t->old, version_of(part->e), name);
}

/* What would not come back unchanged, in words, and asked before anything is added. */
static void add_conversion_risks(expand *e, diff_step *step, const expand_table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (!c->is_lossy)
            continue;
        diff_add_loss(e->m, step,
                      diff_say(e->m, "values of %T.%I would not come back from %s as they are",
                               t->old, c->old->name, diff_type_name(e->m, c->new)),
                      diff_conversion_probe(e->m, t->old, c->old, c->new));
        if (step->risk_count)
            step->risks[step->risk_count - 1].is_conversion = !e->m->options->accepts_loss;
    }
}

void expand_plan_functions(expand *e)
{
    for (size_t i = 0; i < e->table_count && !e->m->failed; i++) {
        if (!e->tables[i].is_in_step)
            continue;
        diff_step *step =
            expand_add_step(e, "KeepInStep", write_function_and_trigger, &e->tables[i]);
        add_conversion_risks(e, step, &e->tables[i]);
    }
}

static void write_no_function(diff_maker *m, const diff_change *change)
{
    diff_change turned = diff_turned(change);
    write_function_and_trigger(m, &turned);
}

void expand_plan_function_drops(expand *e)
{
    for (size_t i = 0; i < e->table_count && !e->m->failed; i++)
        if (e->tables[i].is_in_step)
            expand_add_step(e, "DropInStep", write_no_function, &e->tables[i]);
}

/* ---- rows that are there --------------------------------------------------------------------- */

/* One pass over the pages that are there: what comes later the trigger has filled in. A batch takes
 * a tenth of a second or so, and is committed, so that nobody waits for its rows. */
static void write_filling(diff_maker *m, const diff_change *change)
{
    const expand_part *part = change->to;
    if (!part)
        return;
    const expand_table *t = part->table;
    diff_write(m,
               "DO $tenon$ -- tenon:repeatable\n"
               "DECLARE\n"
               "    page bigint := 0;\n"
               "    pages bigint := pg_relation_size(%L) / current_setting('block_size')::bigint;\n"
               "    step bigint := 8;\n"
               "    begun timestamptz;\n"
               "BEGIN\n"
               "    WHILE page <= pages LOOP\n"
               "        begun := clock_timestamp();\n"
               "        UPDATE %T SET %I = NULL WHERE %I IS NULL\n"
               "            AND ctid >= format('(%%s,0)', page)::tid\n"
               "            AND ctid < format('(%%s,0)', page + step)::tid;\n"
               "        COMMIT;\n"
               "        page := page + step;\n"
               "        step := CASE WHEN clock_timestamp() - begun > interval '100 ms'\n"
               "                     THEN greatest(step / 2, 1) ELSE least(step * 2, 1024) END;\n"
               "    END LOOP;\n"
               "END $tenon$",
               diff_say(m, "%T", t->old), t->old, EXPAND_MARK, EXPAND_MARK);
}

void expand_plan_filling(expand *e)
{
    for (size_t i = 0; i < e->table_count && !e->m->failed; i++) {
        if (!e->tables[i].is_in_step)
            continue;
        diff_step *step = expand_add_step(e, "FillIn", write_filling, &e->tables[i]);
        step->must_run_alone = true;
    }
}

static void write_guard(diff_maker *m, const diff_change *change)
{
    const expand_part *part = change->to;
    if (!part)
        return;
    diff_write(
        m,
        "DO $tenon$ BEGIN\n"
        "    IF EXISTS (SELECT 1 FROM %T WHERE %I IS NOT TRUE) THEN\n"
        "        RAISE EXCEPTION USING MESSAGE = %L;\n"
        "    END IF;\nEND $tenon$",
        part->table->old, EXPAND_MARK,
        diff_say(m, "rows of %T have not been filled in for the new version", part->table->old));
}

void expand_plan_guard(expand *e)
{
    for (size_t i = 0; i < e->table_count && !e->m->failed; i++) {
        if (!e->tables[i].is_in_step)
            continue;
        diff_step *step = expand_add_step(e, "CheckFilledIn", write_guard, &e->tables[i]);
        step->must_run_alone = true;
    }
}
