/* The table of shapes. See shapes.h. */
#include "trace/shapes.h"
#include "trace/probe.h"

#include <stdlib.h>

/* ---- shards ---------------------------------------------------------------------------------- */

static tenon__shape_shard *shard_of(tenon__shapes *shapes, uint64_t hash)
{
    return &shapes->shards[hash % TENON__SHAPE_SHARDS];
}

static tenon__counted **bucket_of(tenon__shape_shard *shard, uint64_t hash)
{
    return &shard->buckets[hash / TENON__SHAPE_SHARDS % TENON__SHAPE_BUCKETS];
}

static bool is_it(const tenon__counted *counted, const tenon__identity *identity)
{
    return counted->hash == identity->hash && counted->key_length == identity->length &&
           memcmp(counted->key, identity->key, identity->length) == 0;
}

static tenon__counted *find(tenon__shape_shard *shard, const tenon__identity *identity)
{
    tenon__counted *counted = *bucket_of(shard, identity->hash);
    while (counted && !is_it(counted, identity))
        counted = counted->next;
    return counted;
}

/* ---- making room ----------------------------------------------------------------------------- */

static tenon__counted **cheapest_in(tenon__shape_shard *shard)
{
    tenon__counted **cheapest = NULL;
    for (size_t i = 0; i < TENON__SHAPE_BUCKETS; i++) {
        for (tenon__counted **at = &shard->buckets[i]; *at; at = &(*at)->next) {
            if (!cheapest || (*at)->tally.total_ns < (*cheapest)->tally.total_ns)
                cheapest = at;
        }
    }
    return cheapest;
}

static void make_room(tenon__shape_shard *shard)
{
    tenon__counted **place = cheapest_in(shard);
    tenon__counted *cheapest = *place;
    *place = cheapest->next;
    tenon__tally_merge(&shard->other, &cheapest->tally);
    shard->count--;
    shard->bytes -= cheapest->bytes;
    free(cheapest);
}

static void put(tenon__shapes *shapes, tenon__shape_shard *shard, tenon__counted *counted)
{
    if (shard->count >= shapes->most)
        make_room(shard);
    tenon__counted **bucket = bucket_of(shard, counted->hash);
    counted->next = *bucket;
    *bucket = counted;
    shard->count++;
    shard->bytes += counted->bytes;
}

/* ---- new shapes ------------------------------------------------------------------------------ */

static char *append(char **at, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

/* The key, and behind it the texts. */
static tenon__counted *new_counted(const tenon__identity *identity, const char *sql,
                                   const tenon__about *about)
{
    const char *model = about->model ? about->model->name : "";
    const char *operation = about->operation ? about->operation : "";
    size_t texts = strlen(sql) + strlen(model) + strlen(operation) + 3;
    size_t bytes = sizeof(tenon__counted) + identity->length + texts;
    tenon__counted *counted = calloc(1, bytes);
    if (!counted)
        return NULL;
    char *at = counted->key + identity->length;
    counted->bytes = bytes;
    counted->hash = identity->hash;
    counted->key_length = identity->length;
    memcpy(counted->key, identity->key, identity->length);
    counted->sql = append(&at, sql);
    counted->model = about->model ? append(&at, model) : NULL;
    counted->operation = append(&at, operation);
    return counted;
}

/* NULL without memory: then it is counted among the others. */
static tenon__counted *make(const tenon__shapes *shapes, const tenon__identity *identity,
                            const tenon__measured *measured)
{
    tenon__rendered rendered;
    if (!tenon__rendered_make(&rendered, shapes->dialect, measured))
        return NULL;
    bool is_text = identity->text.data != NULL;
    const char *sql = is_text ? identity->text.data : rendered.statement->sql;
    tenon__counted *counted = new_counted(identity, sql, &rendered.statement->about);
    tenon__rendered_release(&rendered);
    return counted;
}

/* ---- for the others -------------------------------------------------------------------------- */

static int status_of(const tenon__measured *measured)
{
    return measured->error ? (int)measured->error->status : 0;
}

/* `counted` NULL: among the others. */
static void count(tenon__shape_shard *shard, tenon__counted *counted,
                  const tenon__measured *measured)
{
    tenon__tally_add(counted ? &counted->tally : &shard->other, measured->time_ns,
                     measured->row_count, measured->bytes, measured->error != NULL);
    tenon__probe_statement(counted ? counted->sql : "", counted ? counted->operation : "",
                           measured->time_ns, measured->row_count, status_of(measured));
}

/* Another thread may have been faster to add it. */
static void add_new(tenon__shapes *shapes, const tenon__identity *identity,
                    const tenon__measured *measured)
{
    tenon__shape_shard *shard = shard_of(shapes, identity->hash);
    tenon__counted *made = make(shapes, identity, measured);
    pthread_mutex_lock(&shard->lock);
    tenon__counted *counted = find(shard, identity);
    if (!counted && made) {
        put(shapes, shard, counted = made);
        made = NULL;
    }
    count(shard, counted, measured);
    pthread_mutex_unlock(&shard->lock);
    free(made);
}

void tenon__shapes_add(tenon__shapes *shapes, const tenon__identity *identity,
                       const tenon__measured *measured)
{
    tenon__shape_shard *shard = shard_of(shapes, identity->hash);
    pthread_mutex_lock(&shard->lock);
    tenon__counted *counted = find(shard, identity);
    if (TENON__LIKELY(counted != NULL))
        count(shard, counted, measured);
    pthread_mutex_unlock(&shard->lock);
    if (TENON__UNLIKELY(!counted))
        add_new(shapes, identity, measured);
}

bool tenon__shapes_is_plan_due(tenon__shapes *shapes, const tenon__identity *identity,
                               int64_t interval_us)
{
    tenon__shape_shard *shard = shard_of(shapes, identity->hash);
    int64_t now_us = tenon__monotonic_us();
    pthread_mutex_lock(&shard->lock);
    tenon__counted *counted = find(shard, identity);
    bool is_due = counted && (!counted->planned_us || now_us - counted->planned_us >= interval_us);
    if (is_due)
        counted->planned_us = now_us;
    pthread_mutex_unlock(&shard->lock);
    return is_due;
}

void tenon__shapes_init(tenon__shapes *shapes, tenon_dialect dialect, size_t most)
{
    shapes->dialect = dialect;
    shapes->most = (most + TENON__SHAPE_SHARDS - 1) / TENON__SHAPE_SHARDS;
    for (size_t i = 0; i < TENON__SHAPE_SHARDS; i++)
        pthread_mutex_init(&shapes->shards[i].lock, NULL);
}

static void clear_bucket(tenon__counted **bucket)
{
    while (*bucket) {
        tenon__counted *counted = *bucket;
        *bucket = counted->next;
        free(counted);
    }
}

void tenon__shapes_clear(tenon__shapes *shapes)
{
    for (size_t i = 0; i < TENON__SHAPE_SHARDS; i++) {
        tenon__shape_shard *shard = &shapes->shards[i];
        pthread_mutex_lock(&shard->lock);
        for (size_t j = 0; j < TENON__SHAPE_BUCKETS; j++)
            clear_bucket(&shard->buckets[j]);
        shard->count = shard->bytes = 0;
        shard->other = (tenon__tally){0};
        pthread_mutex_unlock(&shard->lock);
    }
}

void tenon__shapes_release(tenon__shapes *shapes)
{
    tenon__shapes_clear(shapes);
    for (size_t i = 0; i < TENON__SHAPE_SHARDS; i++)
        pthread_mutex_destroy(&shapes->shards[i].lock);
}
