/* Making the form: copies of what the front ends put together on their stacks. */
#include "nullability/form.h"

expr *null_expr(form *f, expr value)
{
    expr *e = tenon__arena_alloc(f->arena, sizeof *e);
    if (e)
        *e = value;
    return e;
}

query *null_query(form *f, query value)
{
    query *q = tenon__arena_alloc(f->arena, sizeof *q);
    if (q)
        *q = value;
    return q;
}

source *null_source(form *f, source value)
{
    source *s = tenon__arena_alloc(f->arena, sizeof *s);
    if (s)
        *s = value;
    return s;
}

expr **null_pair(form *f, expr *a, expr *b)
{
    expr **args = tenon__arena_array(f->arena, 2, sizeof *args);
    if (args) {
        args[0] = a;
        args[1] = b;
    }
    return args;
}

expr *null_unary(form *f, expr_kind kind, expr *a)
{
    expr **args = null_pair(f, a, NULL);
    return args ? null_expr(f, (expr){.kind = kind, .args = args, .count = 1}) : NULL;
}

expr *null_binary(form *f, expr_kind kind, expr *a, expr *b)
{
    expr **args = null_pair(f, a, b);
    return args ? null_expr(f, (expr){.kind = kind, .args = args, .count = 2}) : NULL;
}
