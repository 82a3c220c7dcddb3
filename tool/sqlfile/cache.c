/* A file that keeps what the databases have said about queries, so that `tenon generate` needs no
 * server when nothing has changed. It is text, sorted as the queries are, and meant to be
 * committed:
 *
 *     schema 3b0c…
 *     query top_authors 91ae… reads
 *     parameter least BigInt
 *     column name String? User.name
 *     column posts JsonText - structs
 *     member posts.title String -
 *
 * The first hash covers all that the databases were made of: the SQL of the schema for both of
 * them, the names that descriptors have, the migrations; and which answers this version gives. The
 * second covers the texts of a query, in all variants, and what its comments say. What does not
 * have the same hash, or cannot be read, is as if it were not there: the databases are asked
 * again. */
#include "sqlfile/check.h"

#include "ddl/ddl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CACHE_MARK                                                                                 \
    "# Written by tenon: what databases said about these queries. Commit it, so that\n"            \
    "# `tenon generate` needs no database for queries that have not changed.\n"
enum { HASH_SIZE = 2 * TENON__SHA256_BYTES + 1, CACHE_MOST_BYTES = 16 << 20 };

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

/* ---- hashes ---------------------------------------------------------------------------------- */

static void hash_text(const tenon__buf *text, char out[HASH_SIZE])
{
    uint8_t digest[TENON__SHA256_BYTES];
    tenon__sha256(tenon__buf_string(text), text->length, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static bool add_ddl(const schema *s, tenon_dialect dialect, tenon__buf *out, tenon_error *err)
{
    ddl_script script;
    if (!ddl_create(s, dialect, &script, err))
        return false;
    ddl_script_text(&script, out);
    ddl_script_release(&script);
    return true;
}

static void add_descriptors(const describe_set *described, tenon__buf *out)
{
    for (size_t m = 0; m < described->model_count; m++) {
        const tenon_model *model = &described->models[m].model;
        tenon__buf_format(out, "model %s\n", model->name);
        for (uint32_t i = 0; i < model->field_count; i++)
            tenon__buf_format(out, "%s %s %s %u\n", model->fields[i].name, model->fields[i].column,
                              sql_word_of_type(&model->fields[i]), model->fields[i].flags);
    }
    for (size_t i = 0; i < described->enum_count; i++)
        tenon__buf_format(out, "enum %s\n", described->enums[i].name);
}

static void add_migrations(const tenon_migrations *migrations, tenon__buf *out)
{
    for (size_t i = 0; migrations && i < migrations->count; i++)
        tenon__buf_format(out, "migration %s\n%s\n", migrations->items[i].name,
                          migrations->items[i].sql);
}

static bool hash_schema(const sqlfile_set *set, const sqlfile_options *options, char out[HASH_SIZE],
                        tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_format(&text, "%d %d\n", TENON_ABI, SQLFILE_ANSWERS);
    for (unsigned d = 0; d < SQLFILE_DIALECTS; d++) {
        if (!add_ddl(set->schema, (tenon_dialect)(d + 1), &text, err))
            return false;
        add_migrations(options->migrations[d], &text);
    }
    add_descriptors(set->described, &text);
    hash_text(&text, out);
    return !text.failed || tenon__fail_no_memory(err);
}

static void add_stated(const sqlfile_stated *list, size_t count, tenon__buf *out)
{
    for (size_t i = 0; i < count; i++)
        tenon__buf_format(out, "%s %s %d%d%d\n", list[i].name, list[i].type ? list[i].type : "",
                          list[i].is_nullable, list[i].is_required, list[i].is_list);
}

static bool add_texts(sqlfile_set *set, const sqlfile_query *query, unsigned dialect,
                      tenon__buf *out)
{
    sqlfile_text text;
    sql_map map;
    for (size_t v = 0; query->bodies[dialect] && v < query->variant_count; v++) {
        if (!sql_assemble(set, query, dialect, v, &text, &map))
            return false;
        tenon__buf_format(out, "%u %s\n", dialect, text.sql);
    }
    return true;
}

static bool hash_query(sqlfile_set *set, const sqlfile_query *query, char out[HASH_SIZE])
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_format(&text, "%d %d %s\n", (int)query->kind, query->is_read_only, query->name);
    add_stated(query->params, query->param_count, &text);
    add_stated(query->columns_stated, query->column_stated_count, &text);
    for (unsigned d = 0; d < SQLFILE_DIALECTS; d++)
        if (!add_texts(set, query, d, &text))
            return false;
    hash_text(&text, out);
    return !text.failed;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* The field of a model that is packed so. */
static void write_packed(const describe_set *described, const tenon_packing *packing,
                         tenon__buf *out)
{
    for (size_t m = 0; m < described->model_count; m++) {
        const tenon_model *model = &described->models[m].model;
        for (uint32_t i = 0; i < model->field_count; i++)
            if (model->fields[i].packing == packing)
                tenon__buf_format(out, "packed:%s.%s", model->name, model->fields[i].name);
    }
}

static void write_type(const describe_set *described, const tenon_field *field, tenon__buf *out)
{
    if (field->enumeration)
        tenon__buf_format(out, "enum:%s", field->enumeration->name);
    else if (field->pg_type == TENON_PG_OTHER)
        tenon__buf_format(out, "other:%s", field->other_type ? field->other_type : "");
    else if (field->packing)
        write_packed(described, field->packing, out);
    else
        tenon__buf_text(out, sql_word_of_type(field));
    if (field->precision >= 0)
        tenon__buf_format(out, "(%d,%d)", field->precision, field->scale);
    tenon__buf_text(out, field->flags & TENON_FIELD_LIST ? "[]" : "");
    tenon__buf_text(out, field->flags & TENON_FIELD_NULLABLE ? "?" : "");
}

/* Members stand behind what they are members of: `member posts.id Int`. */
static void write_value(const sqlfile_set *set, const char *what, const char *path,
                        const sqlfile_value *value, tenon__buf *out)
{
    const sqlfile_nested *nested = value->nested;
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    tenon__buf_format(&name, "%s%s", path, value->name);
    tenon__buf_format(out, "%s %s ", what, tenon__buf_string(&name));
    write_type(set->described, &value->field, out);
    bool is_renamed = value->field.column && strcmp(value->field.column, value->name) != 0;
    if (value->origin)
        tenon__buf_format(out, " %s.%s", value->origin->model->name, value->origin->name);
    else
        tenon__buf_text(out, " -");
    tenon__buf_text(out, value->field.flags & TENON_FIELD_EXACT ? " exact" : "");
    tenon__buf_text(out, value->field.flags & TENON_FIELD_SENSITIVE ? " sensitive" : "");
    if (nested && nested->is_plain)
        tenon__buf_text(out, " values");
    else if (nested)
        tenon__buf_text(out, nested->is_list ? " structs" : " struct");
    if (is_renamed)
        tenon__buf_format(out, " = %s", value->field.column);
    tenon__buf_char(out, '\n');
    tenon__buf_char(&name, '.');
    out->failed |= name.failed;
    for (size_t i = 0; nested && i < nested->count; i++)
        write_value(set, "member", tenon__buf_string(&name), &nested->members[i], out);
}

static const char *deed_of(const sqlfile_query *query)
{
    if (query->is_by_insert)
        return "inserts";
    if (query->is_writing)
        return "writes";
    return query->may_write ? "may_write" : "reads";
}

static bool write_query(sqlfile_set *set, const sqlfile_query *query, tenon__buf *out)
{
    char hash[HASH_SIZE];
    if (!hash_query(set, query, hash))
        return false;
    tenon__buf_format(out, "query %s %s %s%s\n", query->name, hash, deed_of(query),
                      query->is_repeated ? "" : " single");
    for (size_t i = 0; i < query->parameter_count; i++)
        write_value(set, "parameter", "", &query->parameters[i], out);
    for (size_t i = 0; i < query->column_count; i++)
        write_value(set, "column", "", &query->columns[i], out);
    return true;
}

static bool read_text(const char *path, tenon__buf *out)
{
    TENON__CLEANUP(close_file) FILE *file = fopen(path, "rb");
    char part[8192];
    size_t got;
    out->limit_bytes = CACHE_MOST_BYTES;
    while (file && (got = fread(part, 1, sizeof part, file)) > 0)
        tenon__buf_add(out, part, got);
    return file && !ferror(file) && !out->failed;
}

/* By way of a temporary file, so that nobody reads half of it. */
static bool replace_file(const char *path, const tenon__buf *text, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf temporary = {0};
    tenon__buf_format(&temporary, "%s.%ld", path, (long)getpid());
    if (temporary.failed)
        return tenon__fail_no_memory(err);
    FILE *file = fopen(temporary.data, "wb");
    bool is_written = file && fwrite(text->data, 1, text->length, file) == text->length;
    is_written = file && fclose(file) == 0 && is_written;
    if (is_written && rename(temporary.data, path) == 0)
        return true;
    tenon__fail(err, TENON_IO, "cannot write %s: %s", path, strerror(errno));
    unlink(temporary.data);
    return false;
}

bool sql_write_cache(sqlfile_set *set, const sqlfile_options *options, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0}, old = {0};
    char hash[HASH_SIZE];
    if (!hash_schema(set, options, hash, err))
        return false;
    tenon__buf_format(&text, CACHE_MARK "schema %s\n", hash);
    for (size_t i = 0; i < set->query_count; i++)
        if (!write_query(set, &set->queries[i], &text))
            return tenon__fail_no_memory(err);
    if (text.failed)
        return tenon__fail_no_memory(err);
    bool is_same = read_text(options->cache, &old) && old.length == text.length &&
                   !memcmp(old.data, text.data, text.length);
    return is_same || replace_file(options->cache, &text, err);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The next word of a line, cut off in place; NULL at its end. */
static char *next_word(char **at)
{
    char *word = *at + strspn(*at, " ");
    size_t length = strcspn(word, " ");
    if (!length)
        return NULL;
    *at = word + length + (word[length] != '\0');
    word[length] = '\0';
    return word;
}

static bool read_scalar(const sqlfile_set *set, const char *word, tenon_field *out,
                        tenon__arena *arena)
{
    if (!strncmp(word, "other:", 6)) {
        *out = (tenon_field){.kind = TENON_KIND_OTHER,
                             .pg_type = TENON_PG_OTHER,
                             .precision = -1,
                             .other_type = tenon__arena_text(arena, word + 6)};
        return out->other_type != NULL;
    }
    if (!strncmp(word, "packed:", 7))
        return sql_find_model_field(set, word + 7, out) && out->packing;
    if (strncmp(word, "enum:", 5) != 0) {
        *out = sql_type_of_word(word);
        return out->kind != 0;
    }
    for (size_t i = 0; i < set->described->enum_count; i++)
        if (!strcmp(set->described->enums[i].name, word + 5)) {
            *out = (tenon_field){.kind = TENON_KIND_ENUM,
                                 .pg_type = TENON_PG_ENUM,
                                 .precision = -1,
                                 .enumeration = &set->described->enums[i]};
            return true;
        }
    return false;
}

static bool cut_ending(char *word, const char *ending)
{
    size_t length = strlen(word), size = strlen(ending);
    bool is_there = length > size && !strcmp(word + length - size, ending);
    if (is_there)
        word[length - size] = '\0';
    return is_there;
}

/* "Decimal(10,2)" → "Decimal" */
static void read_precision(char *type, int *precision, int *scale)
{
    char *open = strchr(type, '('), *comma = open ? strchr(open, ',') : NULL;
    if (!comma)
        return;
    *precision = (int)strtol(open + 1, NULL, 10);
    *scale = (int)strtol(comma + 1, NULL, 10);
    *open = '\0';
}

static const schema_field *read_origin(const sqlfile_set *set, char *word)
{
    char *dot = strchr(word, '.');
    if (!dot)
        return NULL;
    *dot = '\0';
    const schema_model *model = schema_find_model(set->schema, word);
    return model ? schema_find_field(model, dot + 1) : NULL;
}

static void read_word(sqlfile_set *set, const char *word, sqlfile_value *out)
{
    bool is_plain = !strcmp(word, "values"), is_list = is_plain || !strcmp(word, "structs");
    if (is_list || !strcmp(word, "struct")) {
        out->nested = tenon__arena_zalloc(&set->report.arena, sizeof *out->nested);
        if (out->nested) {
            out->nested->is_list = is_list;
            out->nested->is_plain = is_plain;
        }
        return;
    }
    out->field.flags |= !strcmp(word, "exact") ? TENON_FIELD_EXACT : TENON_FIELD_SENSITIVE;
}

static bool read_value(sqlfile_set *set, char *line, sqlfile_value *out)
{
    tenon__arena *arena = &set->report.arena;
    char *name = next_word(&line), *type = next_word(&line), *origin = next_word(&line);
    if (!name || !type || !origin)
        return false;
    char *column = strstr(line, "= ");
    if (column) {
        column[-(column > line)] = *column = '\0';
        column += 2;
    }
    bool is_nullable = cut_ending(type, "?"), is_list = cut_ending(type, "[]");
    int precision = -1, scale = 0;
    read_precision(type, &precision, &scale);
    if (!read_scalar(set, type, &out->field, arena))
        return false;
    out->field.precision = precision;
    out->field.scale = scale;
    out->field.flags |= is_nullable ? TENON_FIELD_NULLABLE : 0;
    out->field.flags |= is_list ? TENON_FIELD_LIST : 0;
    for (char *word; (word = next_word(&line));)
        read_word(set, word, out);
    char *dot = strrchr(name, '.');
    out->name = tenon__arena_text(arena, dot ? dot + 1 : name);
    out->origin = read_origin(set, origin);
    out->field.name = out->name;
    out->field.column = column ? tenon__arena_text(arena, column) : out->name;
    return out->name && out->field.column;
}

/* Of `word` the first letters and a space; the rest of the line, or NULL. */
static char *after(char *line, const char *word)
{
    size_t length = strlen(word);
    return !strncmp(line, word, length) && line[length] == ' ' ? line + length + 1 : NULL;
}

typedef struct cache_reader {
    sqlfile_set *set;
    sqlfile_query *query; /* NULL: what follows is about none that is as it was */
    sqlfile_query before; /* put back when a line is not understood */
    size_t parameters;
    size_t column_capacity;
} cache_reader;

static void end_query(cache_reader *r)
{
    if (r->query && (!r->query->is_known || r->parameters != r->query->parameter_count))
        *r->query = r->before;
    *r = (cache_reader){.set = r->set};
}

/* The parameters are written to a copy. */
static void take_query(cache_reader *r, sqlfile_query *query)
{
    size_t size = query->parameter_count * sizeof *query->parameters;
    void *copy = tenon__arena_alloc(&r->set->report.arena, size);
    if (!copy)
        return;
    r->before = *query;
    r->query = query;
    if (size)
        memcpy(copy, query->parameters, size);
    query->parameters = copy;
    query->is_known = true;
}

static void begin_query(cache_reader *r, char *line)
{
    char hash[HASH_SIZE];
    char *name = next_word(&line), *known = next_word(&line), *does = next_word(&line);
    end_query(r);
    for (size_t i = 0; name && known && does && i < r->set->query_count; i++) {
        sqlfile_query *query = &r->set->queries[i];
        if (strcmp(query->name, name) != 0 || query->is_broken)
            continue;
        if (!hash_query(r->set, query, hash) || strcmp(hash, known) != 0)
            return;
        take_query(r, query);
        query->is_by_insert = !strcmp(does, "inserts");
        query->is_writing = query->is_by_insert || !strcmp(does, "writes");
        query->may_write = !strcmp(does, "may_write");
        query->is_repeated = !next_word(&line);
    }
}

static void read_column(cache_reader *r, char *line)
{
    sqlfile_query *query = r->query;
    sqlfile_value *list = sql_grow(&r->set->report.arena, query->columns, query->column_count,
                                   &r->column_capacity, sizeof *list);
    if (!list)
        return;
    query->columns = list;
    list[query->column_count] = (sqlfile_value){.span = query->span};
    query->is_known &= read_value(r->set, line, &list[query->column_count++]);
}

/* Members go to the last column, or to the last member of it, as deep as the name has dots. */
static void read_member(cache_reader *r, char *line)
{
    sqlfile_query *query = r->query;
    size_t depth = 0, name = strcspn(line, " ");
    for (size_t i = 0; i < name; i++)
        depth += line[i] == '.';
    sqlfile_value *of = query->column_count ? &query->columns[query->column_count - 1] : NULL;
    for (; of && of->nested && depth > 1; depth--)
        of = of->nested->count ? &of->nested->members[of->nested->count - 1] : NULL;
    sqlfile_nested *nested = of && depth == 1 ? of->nested : NULL;
    size_t capacity = nested ? nested->count : 0;
    sqlfile_value *list = nested ? sql_grow(&r->set->report.arena, nested->members, nested->count,
                                            &capacity, sizeof *list)
                                 : NULL;
    query->is_known &= list != NULL;
    if (!list)
        return;
    nested->members = list;
    list[nested->count] = (sqlfile_value){.span = query->span};
    query->is_known &= read_value(r->set, line, &list[nested->count++]);
}

static void read_parameter(cache_reader *r, char *line)
{
    sqlfile_query *query = r->query;
    bool is_known = r->parameters < query->parameter_count &&
                    read_value(r->set, line, &query->parameters[r->parameters]);
    query->is_known &= is_known;
    r->parameters++;
}

static void read_line(cache_reader *r, char *line)
{
    char *query = after(line, "query"), *parameter = after(line, "parameter");
    char *column = after(line, "column"), *member = after(line, "member");
    if (query)
        begin_query(r, query);
    else if (r->query && parameter)
        read_parameter(r, parameter);
    else if (r->query && column)
        read_column(r, column);
    else if (r->query && member)
        read_member(r, member);
}

/* The texts, which the file does not hold, and what follows from the columns. */
static void complete(sqlfile_set *set, sqlfile_query *query)
{
    sql_map map;
    for (unsigned d = 0; query->is_known && d < SQLFILE_DIALECTS; d++) {
        if (!query->bodies[d])
            continue;
        query->texts[d] =
            tenon__arena_array(&set->report.arena, query->variant_count, sizeof(sqlfile_text));
        for (size_t v = 0; query->texts[d] && v < query->variant_count; v++)
            sql_assemble(set, query, d, v, &query->texts[d][v], &map);
    }
    if (!query->is_known || set->report.arena.failed)
        return;
    sql_find_model(set, query);
    if (query->kind == SQLFILE_COPY)
        sql_make_copy(set, query);
}

bool sql_read_cache(sqlfile_set *set, const sqlfile_options *options, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    char hash[HASH_SIZE], wanted[HASH_SIZE + 8];
    if (!hash_schema(set, options, hash, err))
        return false;
    snprintf(wanted, sizeof wanted, "schema %s", hash);
    if (!read_text(options->cache, &text) || !text.data)
        return true;
    cache_reader r = {.set = set};
    bool is_current = false;
    char *rest = text.data;
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (!strncmp(line, "schema ", 7))
            is_current = !strcmp(line, wanted);
        else if (is_current)
            read_line(&r, line);
    }
    end_query(&r);
    for (size_t i = 0; i < set->query_count; i++)
        complete(set, &set->queries[i]);
    return !set->report.arena.failed || tenon__fail_no_memory(err);
}
