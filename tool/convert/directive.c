/* Lines of files that say what is to be converted, and the names that are needed for it. */
#include "convert/inside.h"

#include <stdio.h>
#include <stdlib.h>

static const convert_element elements[] = {
    {"bool", TENON_KIND_BOOL, TENON_PG_BOOL, TENON_ARRAY_BOOL},
    {"int2", TENON_KIND_INT16, TENON_PG_INT2, TENON_ARRAY_INT16},
    {"int4", TENON_KIND_INT32, TENON_PG_INT4, TENON_ARRAY_INT32},
    {"int8", TENON_KIND_INT64, TENON_PG_INT8, TENON_ARRAY_INT64},
    {"float4", TENON_KIND_FLOAT, TENON_PG_FLOAT4, TENON_ARRAY_FLOAT},
    {"float8", TENON_KIND_DOUBLE, TENON_PG_FLOAT8, TENON_ARRAY_DOUBLE},
    {"text", TENON_KIND_TEXT, TENON_PG_TEXT, TENON_ARRAY_TEXT},
    {"varchar", TENON_KIND_TEXT, TENON_PG_VARCHAR, TENON_ARRAY_TEXT},
    {"bpchar", TENON_KIND_TEXT, TENON_PG_BPCHAR, TENON_ARRAY_TEXT},
    {"citext", TENON_KIND_TEXT, TENON_PG_CITEXT, TENON_ARRAY_TEXT},
    {"bytea", TENON_KIND_BYTES, TENON_PG_BYTEA, TENON_ARRAY_BYTES},
    {"uuid", TENON_KIND_UUID, TENON_PG_UUID, TENON_ARRAY_UUID},
    {"timestamp", TENON_KIND_TIME, TENON_PG_TIMESTAMP, TENON_ARRAY_TIME},
    {"timestamptz", TENON_KIND_TIME, TENON_PG_TIMESTAMPTZ, TENON_ARRAY_TIME},
    {"date", TENON_KIND_DATE, TENON_PG_DATE, TENON_ARRAY_DATE},
    {"time", TENON_KIND_CLOCK, TENON_PG_TIME, TENON_ARRAY_CLOCK},
};

const convert_element *convert_find_element(const char *name)
{
    size_t length = strcspn(name, "(");
    for (size_t i = 0; i < TENON__COUNT(elements); i++)
        if (strlen(elements[i].name) == length && !strncmp(elements[i].name, name, length))
            return &elements[i];
    return NULL;
}

int convert_array_type(const char *name)
{
    const convert_element *element = convert_find_element(name);
    return element ? (int)element->type : 0;
}

const char *convert_elements_of(int array_type)
{
    for (size_t i = 0; i < TENON__COUNT(elements); i++)
        if ((int)elements[i].type == array_type)
            return elements[i].name;
    return NULL;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* FNV-1a, so that names of any length give one that no other column has. */
static uint32_t add_to_hash(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return (hash ^ 0xffu) * 16777619u;
}

void convert_name_beside(const convert_column *column, char out[CONVERT_NAME_SIZE])
{
    uint32_t hash = add_to_hash(2166136261u, column->table);
    hash = add_to_hash(hash, column->column);
    snprintf(out, CONVERT_NAME_SIZE, "_tenon_%s_%08x", column->is_unpacking ? "plain" : "packed",
             hash);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void write_quoted(tenon__buf *out, const char *name)
{
    tenon__buf_char(out, '"');
    for (; *name; name++)
        tenon__buf_text(out, (char[]){*name, *name == '"' ? '"' : '\0', '\0'});
    tenon__buf_char(out, '"');
}

void convert_write(const convert_column *column, tenon__buf *out)
{
    const char *const names[] = {column->namespace, column->table, column->column};
    const char *separator = column->is_unpacking ? "-- tenon:unpack " : "-- tenon:pack ";
    for (size_t i = 0; i < TENON__COUNT(names); i++) {
        if (!names[i])
            continue;
        tenon__buf_text(out, separator);
        write_quoted(out, names[i]);
        separator = ".";
    }
    tenon__buf_format(out, " %s", column->elements);
    if (column->options.max_error > 0)
        tenon__buf_format(out, " maxError=%.17g", column->options.max_error);
    tenon__buf_text(out, column->options.without_general ? " zstd=false\n" : "\n");
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The name in quotes at *at, which is passed; NULL when there is none. */
static const char *take_name(const char **at, tenon__arena *arena)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    const char *c = *at;
    if (*c++ != '"')
        return NULL;
    for (; *c && *c != '\n' && (*c != '"' || c[1] == '"'); c++) {
        c += *c == '"';
        tenon__buf_char(&name, *c);
    }
    if (*c != '"')
        return NULL;
    *at = c + 1;
    return tenon__arena_text(arena, tenon__buf_string(&name));
}

static bool take_names(const char **at, tenon__arena *arena, convert_column *out)
{
    const char *names[3] = {0};
    size_t count = 0;
    do {
        names[count] = take_name(at, arena);
        if (!names[count++])
            return false;
    } while (**at == '.' && count < TENON__COUNT(names) && (*at)++);
    if (count < 2)
        return false;
    out->namespace = count == 3 ? names[0] : NULL;
    out->table = names[count - 2];
    out->column = names[count - 1];
    return true;
}

static void take_options(const char *at, tenon_pack_options *out)
{
    static const char bound[] = "maxError=", general[] = "zstd=false";
    for (; *at == ' '; at += strcspn(at, " \r\n")) {
        at++;
        if (!strncmp(at, bound, sizeof bound - 1))
            out->max_error = strtod(at + sizeof bound - 1, NULL);
        out->without_general |= !strncmp(at, general, sizeof general - 1);
    }
}

static bool take_line(const char *line, tenon__arena *arena, convert_column *out)
{
    static const char pack[] = "-- tenon:pack ", unpack[] = "-- tenon:unpack ";
    bool is_unpacking = !strncmp(line, unpack, sizeof unpack - 1);
    if (!is_unpacking && strncmp(line, pack, sizeof pack - 1) != 0)
        return false;
    *out = (convert_column){.is_unpacking = is_unpacking};
    line += is_unpacking ? sizeof unpack - 1 : sizeof pack - 1;
    if (!take_names(&line, arena, out) || *line++ != ' ')
        return false;
    size_t length = strcspn(line, " \r\n");
    out->elements = tenon__arena_copy(arena, line, length);
    take_options(line + length, &out->options);
    return out->elements && convert_find_element(out->elements);
}

bool convert_read(const char *sql, tenon__arena *arena, convert_column **out, size_t *count,
                  tenon_error *err)
{
    size_t lines = 1;
    for (const char *c = sql; *c; c++)
        lines += *c == '\n';
    *count = 0;
    *out = tenon__arena_array(arena, lines, sizeof **out);
    if (!*out)
        return tenon__fail_no_memory(err);
    for (const char *line = sql; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        *count += take_line(line, arena, &(*out)[*count]);
    return true;
}
