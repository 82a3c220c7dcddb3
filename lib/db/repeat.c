/* The same query again and again: a loop that asks row by row.
 *
 * A session that is told to (`repeats_most`) counts its reading queries by their shape, in a small
 * table of hashes: two shapes of one hash would be counted as one, which happens to nobody. A shape
 * that goes beyond the bound is told once to the hooks, or fails.
 *
 * What would replace the loop is found in the descriptors. The rows of this query are those whose
 * columns equal something; if these columns tie the model to another by a relation, the relation's
 * other side brings them: posts by their authorId are User.posts. */
#include "db/transaction.h"

#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 512, MOST_ENTRIES = 384, NAMES_SIZE = 256 };

bool tenon__repeats_add(tenon__repeats *repeats, uint64_t hash, uint64_t *count)
{
    hash += hash == 0;
    if (!repeats->entries)
        repeats->entries = calloc(ENTRIES, sizeof *repeats->entries);
    if (!repeats->entries)
        return false;
    size_t at = hash % ENTRIES;
    while (repeats->entries[at].hash && repeats->entries[at].hash != hash)
        at = (at + 1) % ENTRIES;
    tenon__repeat *entry = &repeats->entries[at];
    if (!entry->hash) {
        if (repeats->count >= MOST_ENTRIES)
            return false;
        entry->hash = hash;
        repeats->count++;
    }
    *count = ++entry->count;
    return repeats->do_fail ? entry->count > repeats->most : entry->count == repeats->most + 1;
}

void tenon__repeats_release(tenon__repeats *repeats)
{
    free(repeats->entries);
    repeats->entries = NULL;
    repeats->count = 0;
}

void tenon_repeats_reset(tenon_session *s)
{
    if (s)
        tenon__repeats_release(&s->repeats);
}

/* ---- what would replace it ------------------------------------------------------------------- */

static bool has_field(const tenon__about *about, uint16_t field)
{
    for (size_t i = 0; i < about->equal_count; i++) {
        if (about->equal[i] == field)
            return true;
    }
    return false;
}

static bool is_tied_by(const tenon__about *about, const tenon_relation *relation)
{
    for (uint16_t i = 0; i < relation->field_count; i++) {
        if (!has_field(about, relation->fields[i]))
            return false;
    }
    return relation->inverse != TENON_NO_INVERSE && !relation->link && relation->field_count > 0;
}

/* "User.posts", or several: "Post.author or Comment.author". Empty when there is none. */
static void name_relations(const tenon__about *about, char *names, size_t size)
{
    const tenon_model *model = about->model;
    size_t length = 0;
    names[0] = '\0';
    for (uint32_t i = 0; model && i < model->relation_count && length < size; i++) {
        const tenon_relation *relation = &model->relations[i];
        if (!is_tied_by(about, relation))
            continue;
        int written =
            snprintf(names + length, size - length, "%s%s.%s", length ? " or " : "",
                     relation->target->name, relation->target->relations[relation->inverse].name);
        length += written > 0 ? (size_t)written : 0;
    }
    if (length >= size)
        tenon__error_copy(names, size, "several relations");
}

/* ---- telling --------------------------------------------------------------------------------- */

static void hint_instead(tenon_error *err, const char *instead)
{
    if (instead)
        tenon__hint(err, "load %s with .include, or ask for many keys at once with IN", instead);
    else
        tenon__hint(err, "ask for many rows at once with IN");
}

static bool fail_repeated(tenon_session *s, const tenon_event *event)
{
    tenon__fail(&s->error, TENON_LIMIT, "%s%sthe session runs the same query for the %lluth time",
                event->site ? event->site : "", event->site ? ": " : "",
                (unsigned long long)event->count);
    if (event->model)
        tenon__error_copy(s->error.model, sizeof s->error.model, event->model->name);
    tenon__error_copy(s->error.sql, sizeof s->error.sql, event->sql);
    hint_instead(&s->error, event->instead);
    return false;
}

bool tenon__repeats_tell(tenon_session *s, const tenon__hook_lists *lists,
                         const tenon__about *about, tenon_event *event)
{
    char names[NAMES_SIZE];
    name_relations(about, names, sizeof names);
    event->instead = names[0] ? names : NULL;
    bool is_well = tenon__hook_lists_call(lists, TENON_REPEATED, event);
    if (is_well && s->repeats.do_fail)
        is_well = fail_repeated(s, event);
    event->instead = NULL;
    event->count = 0;
    return is_well;
}
