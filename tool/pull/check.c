/* Checks as words: `/// @tenon.check("price >= 0")` stands for a check that has the name which
 * tenon would give it, so that the schema makes the same again. Those of other names stay
 * outside. */
#include "pull/draft.h"

/* "Product_price_check", "Product_price_check2" */
static const char *usual_name(pull_draft *d, const pull_model *m, const pull_column *column,
                              size_t number)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    schema_model model = {.database_name = m->table->name};
    schema_field field = {.database_name = column ? column->source->name : NULL};
    schema_check_name(&model, column ? &field : NULL, number, &name);
    return pull_text(d, &name);
}

static const catalogue_check *find_check(const catalogue_table *t, const char *name)
{
    for (size_t i = 0; i < t->check_count; i++)
        if (t->checks[i].name && !strcmp(t->checks[i].name, name) && t->checks[i].is_valid &&
            !t->checks[i].is_not_inherited)
            return &t->checks[i];
    return NULL;
}

const catalogue_check *pull_check_of(pull_draft *d, const pull_model *m, const pull_column *column,
                                     size_t number)
{
    return find_check(m->table, usual_name(d, m, column, number));
}

/* What an old word says in its own way stays. */
static const char *old_spelling(const pull_draft *d, const schema_comment *comment,
                                const catalogue_check *check)
{
    for (size_t i = 0; comment && i < comment->word_count; i++) {
        const schema_word *word = &comment->words[i];
        if (!strcmp(word->name, "check") && word->argument_count &&
            catalogue_same_expression(d->c->dialect, word->arguments[0].value, check->expression,
                                      NULL))
            return word->arguments[0].value;
    }
    return check->expression;
}

static const schema_comment *old_comment(const pull_model *m, const pull_column *column)
{
    if (column)
        return column->old ? &column->old->comment : NULL;
    return m->old ? &m->old->comment : NULL;
}

void pull_write_checks(pull_draft *d, const pull_model *m, const pull_column *column,
                       tenon__buf *out)
{
    const schema_comment *comment = old_comment(m, column);
    const catalogue_check *check;
    for (size_t n = 1; (check = pull_check_of(d, m, column, n)); n++) {
        tenon__buf_text(out, "/// @tenon.check(");
        pull_quote(out, old_spelling(d, comment, check));
        tenon__buf_text(out, ")\n");
    }
}

bool pull_checks_are_same(pull_draft *d, const pull_model *m, const pull_column *column)
{
    const schema_comment *comment = old_comment(m, column);
    size_t count = 0;
    for (size_t i = 0; comment && i < comment->word_count; i++) {
        const schema_word *word = &comment->words[i];
        if (strcmp(word->name, "check") != 0)
            continue;
        const catalogue_check *check = pull_check_of(d, m, column, ++count);
        if (!check || !word->argument_count ||
            !catalogue_same_expression(d->c->dialect, word->arguments[0].value, check->expression,
                                       NULL))
            return false;
    }
    return !pull_check_of(d, m, column, count + 1);
}
