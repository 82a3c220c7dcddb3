/* See drawn.h. */
#include "drawn.h"

#include <stdio.h>

/* A number below `most` for this part of the schema. */
static unsigned pick(const draw *d, const char *part, unsigned most)
{
    char text[96];
    snprintf(text, sizeof text, "%s %llu", part, (unsigned long long)d->second);
    uint64_t seed =
        d->second != d->first && tenon__hash(text, strlen(text)) % 8 == 0 ? d->second : d->first;
    snprintf(text, sizeof text, "%llu %s", (unsigned long long)seed, part);
    return (unsigned)(tenon__hash(text, strlen(text)) % most);
}

static unsigned pick_of(const draw *d, const char *what, unsigned model, unsigned field,
                        unsigned most)
{
    char part[64];
    snprintf(part, sizeof part, "%s %u %u", what, model, field);
    return pick(d, part, most);
}

draw draw_first(const draw *d)
{
    return (draw){d->first, d->first, d->dialect};
}

bool draw_is_safe(const draw *d)
{
    return d->dialect == TENON_POSTGRESQL && d->first % 2 == 0;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* Whether the schemas of a pair live in several schemas of PostgreSQL. */
static bool has_namespaces(const draw *d)
{
    return d->dialect == TENON_POSTGRESQL && d->first % 3 == 0;
}

static const char *namespace_of(const draw *d, const char *what, unsigned number)
{
    return pick_of(d, what, number, 0, 3) ? "s0" : "s1";
}

static const char *table_name(const draw *d, unsigned model)
{
    static const char *const names[2][DRAWN_MODELS] = {{"M0", "M1", "M2"}, {"N0", "N1", "N2"}};
    return names[pick_of(d, "name", model, 0, 3) == 0][model];
}

const char *draw_column(const draw *d, unsigned model, unsigned field)
{
    static const char *const names[2][DRAWN_FIELDS] = {{"f0", "f1", "f2", "f3", "f4", "f5"},
                                                       {"g0", "g1", "g2", "g3", "g4", "g5"}};
    return names[pick_of(d, "column", model, field, 4) == 0][field];
}

void draw_table(const draw *d, unsigned model, tenon__buf *out)
{
    if (has_namespaces(d))
        tenon__buf_format(out, "\"%s\".", namespace_of(d, "space", model));
    tenon__buf_format(out, "\"%s\"", table_name(d, model));
}

/* The word for what had another name in the first schema, or lived elsewhere. */
static void add_word(const char *indent, const char *old_space, const char *old_name,
                     const char *space, const char *name, tenon__buf *out)
{
    if (strcmp(old_space, space) != 0)
        tenon__buf_format(out, "%s/// @tenon.renamedFrom(\"%s.%s\")\n", indent, old_space,
                          old_name);
    else if (strcmp(old_name, name) != 0)
        tenon__buf_format(out, "%s/// @tenon.renamedFrom(\"%s\")\n", indent, old_name);
}

/* ---- fields ---------------------------------------------------------------------------------- */

static const char *const types[] = {
    "Int",
    "BigInt",
    "Float",
    "Decimal @db.Decimal(20, 4)",
    "Decimal @db.Decimal(30, 10)",
    "String",
    "String @db.VarChar(12)",
    "String @db.VarChar(400)",
    "Boolean",
    "DateTime",
    "DateTime @db.Timestamptz(6)",
    "DateTime @db.Date",
    "Json",
    "Bytes",
    "String @db.Uuid",
    "Int @db.SmallInt",
    "E0",
    "E1",
    "Int[]",
    "String[]",
};

static const char *const defaults[TENON__COUNT(types)] = {
    [0] = "7", [1] = "8", [5] = "\"it's\"", [6] = "\"x\"", [8] = "true", [9] = "now()", [16] = "V",
};

/* Conditions that most rows fulfil. */
static const char *const conditions[TENON__COUNT(types)] = {
    [0] = "%s <> -77",
    [1] = "%s > -1000000",
    [5] = "%s <> 'never'",
    [16] = "%s <> 'V'",
};

static unsigned type_of(const draw *d, unsigned model, unsigned field)
{
    return pick_of(d, "type", model, field, TENON__COUNT(types));
}

const char *draw_type(const draw *d, unsigned model, unsigned field)
{
    return types[type_of(d, model, field)];
}

bool draw_is_enum(const draw *d, unsigned model, unsigned field)
{
    return *draw_type(d, model, field) == 'E';
}

bool draw_has_model(const draw *d, unsigned model)
{
    return model == 0 || pick_of(d, "model", model, 0, 4) != 0;
}

bool draw_has_field(const draw *d, unsigned model, unsigned field)
{
    return pick_of(d, "field", model, field, 4) != 0;
}

static void add_field_words(const draw *d, unsigned model, unsigned field, tenon__buf *out)
{
    const draw first = draw_first(d);
    const char *name = draw_column(d, model, field);
    const char *condition = conditions[type_of(d, model, field)];
    add_word("  ", "", draw_column(&first, model, field), "", name, out);
    if (!condition || pick_of(d, "check", model, field, 3) != 0)
        return;
    tenon__buf_text(out, "  /// @tenon.check(\"");
    tenon__buf_add(out, condition, strcspn(condition, "%"));
    tenon__buf_format(out, "%s%s\")\n", name, strchr(condition, ' '));
}

static void add_field(const draw *d, unsigned model, unsigned field, tenon__buf *out)
{
    unsigned type = type_of(d, model, field);
    const char *text = types[type], *name = draw_column(d, model, field);
    size_t word = strcspn(text, " ");
    bool is_list = strchr(text, '[') != NULL;
    if (!draw_has_field(d, model, field))
        return;
    add_field_words(d, model, field, out);
    tenon__buf_format(out, "  f%u %.*s", field, (int)word, text);
    tenon__buf_text(out, !is_list && pick_of(d, "optional", model, field, 6) ? "?" : "");
    tenon__buf_text(out, text + word);
    if (defaults[type] && pick_of(d, "default", model, field, 3) == 0)
        tenon__buf_format(out, " @default(%s)", defaults[type]);
    tenon__buf_text(out, pick_of(d, "unique", model, field, 12) || is_list ? "" : " @unique");
    if (*name != 'f')
        tenon__buf_format(out, " @map(\"%s\")", name);
    tenon__buf_char(out, '\n');
}

/* ---- relations ------------------------------------------------------------------------------- */

static bool is_number(const draw *d, unsigned model)
{
    return pick_of(d, "id", model, 0, 2);
}

static bool has_two_keys(const draw *d, unsigned model)
{
    return pick_of(d, "composite", model, 0, 5) == 0;
}

static bool has_relation(const draw *d, unsigned from, unsigned to)
{
    return draw_has_model(d, from) && draw_has_model(d, to) &&
           pick_of(d, "relation", from, to, 3) == 0;
}

static bool has_many(const draw *d, unsigned a, unsigned b)
{
    unsigned low = a < b ? a : b, high = a < b ? b : a;
    return low != high && draw_has_model(d, low) && draw_has_model(d, high) &&
           !has_two_keys(d, low) && !has_two_keys(d, high) && pick_of(d, "many", low, high, 3) == 0;
}

static void add_relations(const draw *d, unsigned model, tenon__buf *out)
{
    static const char *const actions[] = {"", ", onDelete: Cascade", ", onUpdate: NoAction"};
    for (unsigned other = 0; other < DRAWN_MODELS; other++) {
        if (has_relation(d, model, other))
            tenon__buf_format(
                out,
                "  r%u M%u? @relation(\"%u_%u\", fields: [r%uId], references: [id]%s)\n"
                "  r%uId %s?\n",
                other, other, model, other, other, actions[pick_of(d, "action", model, other, 3)],
                other, is_number(d, other) ? "Int" : "String");
        if (has_relation(d, other, model))
            tenon__buf_format(out, "  b%u M%u[] @relation(\"%u_%u\")\n", other, other, other,
                              model);
        if (has_many(d, model, other))
            tenon__buf_format(out, "  m%u M%u[] @relation(\"m%u_%u\")\n", other, other,
                              model < other ? model : other, model < other ? other : model);
    }
}

/* ---- models ---------------------------------------------------------------------------------- */

static void add_key(const draw *d, unsigned model, tenon__buf *out)
{
    bool has_number = is_number(d, model);
    if (has_two_keys(d, model))
        tenon__buf_format(out, "  id %s @unique\n  k Int @default(1)\n  @@id([id, k])\n",
                          has_number ? "Int" : "String @default(uuid())");
    else
        tenon__buf_format(out, "  id %s\n",
                          has_number ? "Int @id @default(autoincrement())"
                                     : "String @id @default(uuid())");
}

static bool can_be_key(const draw *d, unsigned model, unsigned field)
{
    return draw_has_field(d, model, field) && strncmp(draw_type(d, model, field), "Json", 4) != 0;
}

static void add_indexes(const draw *d, unsigned model, tenon__buf *out)
{
    for (unsigned field = 0; field + 1 < DRAWN_FIELDS; field++) {
        bool is_partial = pick_of(d, "partial", model, field, 4) == 0;
        if (!can_be_key(d, model, field) || !can_be_key(d, model, field + 1) ||
            pick_of(d, "index", model, field, 3) != 0)
            continue;
        tenon__buf_format(out, "  @@index([f%u, f%u%s]", field, field + 1,
                          pick_of(d, "sort", model, field, 2) ? "" : "(sort: Desc)");
        if (is_partial)
            tenon__buf_format(out, ", where: raw(\"%s IS NOT NULL\")",
                              draw_column(d, model, field));
        tenon__buf_text(out, ")\n");
    }
}

static void add_model(const draw *d, unsigned model, tenon__buf *out)
{
    const draw first = draw_first(d);
    const char *space = namespace_of(d, "space", model), *name = table_name(d, model);
    bool is_spaced = has_namespaces(d);
    add_word("", is_spaced ? namespace_of(&first, "space", model) : "", table_name(&first, model),
             is_spaced ? space : "", name, out);
    tenon__buf_text(out, pick_of(d, "audit", model, 0, 6) ? "" : "/// @tenon.audit\n");
    tenon__buf_format(out, "/// What stands here %u.\nmodel M%u {\n",
                      pick_of(d, "comment", model, 0, 3), model);
    add_key(d, model, out);
    for (unsigned field = 0; field < DRAWN_FIELDS; field++)
        add_field(d, model, field, out);
    add_relations(d, model, out);
    add_indexes(d, model, out);
    if (*name != 'M')
        tenon__buf_format(out, "  @@map(\"%s\")\n", name);
    if (is_spaced)
        tenon__buf_format(out, "  @@schema(\"%s\")\n", space);
    tenon__buf_text(out, "}\n");
}

/* ---- enums ----------------------------------------------------------------------------------- */

static char value_letter(const draw *d, unsigned e, unsigned value)
{
    return pick_of(d, "letter", e, value, 4) ? 'V' : 'W';
}

static void add_value(const draw *d, unsigned e, unsigned value, tenon__buf *out)
{
    const draw first = draw_first(d);
    char letter = value_letter(d, e, value), old = value_letter(&first, e, value);
    if (!pick_of(d, "value", e, value, 3))
        return;
    if (letter != old)
        tenon__buf_format(out, "  /// @tenon.renamedFrom(\"%c%u\")\n", old, value);
    tenon__buf_format(out, "  %c%u\n", letter, value);
}

/* The values begin somewhere, and go round. */
static void add_enum(const draw *d, unsigned e, tenon__buf *out)
{
    const draw first = draw_first(d);
    const char *space = namespace_of(d, "enum", e);
    unsigned begin = pick_of(d, "order", e, 0, DRAWN_VALUES);
    if (has_namespaces(d))
        add_word("", namespace_of(&first, "enum", e), e ? "E1" : "E0", space, e ? "E1" : "E0", out);
    tenon__buf_text(out, pick_of(d, "ordered", e, 0, 2) ? "" : "/// @tenon.ordered\n");
    tenon__buf_format(out, "enum E%u {\n  V\n", e);
    for (unsigned i = 0; i < DRAWN_VALUES; i++)
        add_value(d, e, (begin + i) % DRAWN_VALUES, out);
    if (has_namespaces(d))
        tenon__buf_format(out, "  @@schema(\"%s\")\n", space);
    tenon__buf_text(out, "}\n");
}

void draw_models(const draw *d, tenon__buf *out)
{
    tenon__buf_format(out, "datasource db {\n  provider = \"postgresql\"\n  url = \"x\"\n%s}\n",
                      has_namespaces(d) ? "  schemas = [\"s0\", \"s1\"]\n" : "");
    for (unsigned e = 0; e < DRAWN_ENUMS; e++)
        add_enum(d, e, out);
    for (unsigned model = 0; model < DRAWN_MODELS; model++)
        if (draw_has_model(d, model))
            add_model(d, model, out);
}
