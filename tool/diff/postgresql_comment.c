/* PostgreSQL: comments.
 *
 * The language has documentation of its own; comments of the database are not compared. But what a
 * plan makes anew, or brings back, gets the comment that it had: forward by a step of its own, on
 * the way back behind the statement that makes the thing. */
#include "diff/sql.h"

static void write_place(diff_maker *m, const diff_comment *c)
{
    switch (c->kind) {
    case DIFF_ON_TABLE:
        diff_write(m, "TABLE %T", c->table);
        return;
    case DIFF_ON_COLUMN:
        diff_write(m, "COLUMN %T.%I", c->table, c->name);
        return;
    case DIFF_ON_INDEX:
        diff_write(m, "INDEX %N", c->table->namespace, c->name);
        return;
    case DIFF_ON_CONSTRAINT:
        diff_write(m, "CONSTRAINT %I ON %T", c->name, c->table);
        return;
    case DIFF_ON_TYPE:
        diff_write(m, "TYPE %N", c->namespace, c->name);
        return;
    }
}

static void write_comment(diff_maker *m, const diff_comment *comment)
{
    diff_write(m, "COMMENT ON ");
    write_place(m, comment);
    diff_write(m, " IS %L", comment->text);
}

void diff_write_comment(diff_maker *m, diff_comment comment)
{
    if (!m->is_reverse || !comment.text)
        return;
    diff_write(m, ";\n");
    write_comment(m, &comment);
}

void diff_write_comments(diff_maker *m, const catalogue_table *table)
{
    diff_write_comment(m, (diff_comment){DIFF_ON_TABLE, table, NULL, NULL, table->comment});
    for (size_t i = 0; i < table->column_count; i++)
        diff_write_comment(m, (diff_comment){DIFF_ON_COLUMN, table, NULL, table->columns[i].name,
                                             table->columns[i].comment});
}

static void write_step(diff_maker *m, const diff_change *change)
{
    if (change->to)
        write_comment(m, change->to);
}

void diff_plan_comment(diff_maker *m, diff_comment comment)
{
    if (comment.text)
        diff_add_step(m, "Comment", write_step, (diff_change){.to = &comment});
}
