/* A folder of migrations as C: one array, for programs that migrate their own database. */
#include "migrate/migrate.h"

/* As string literals, a line each. "??" could be a trigraph. */
static void write_literal(const char *text, tenon__buf *out)
{
    tenon__buf_text(out, "\n        \"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '\n')
            tenon__buf_text(out, text[1] ? "\\n\"\n        \"" : "\\n");
        else if (c == '"' || c == '\\' || c == '?')
            tenon__buf_format(out, "\\%c", c);
        else if (c == '\t')
            tenon__buf_text(out, "\\t");
        else if (c < 0x20 || c == 0x7f)
            tenon__buf_format(out, "\\%03o", c);
        else
            tenon__buf_char(out, (char)c);
    }
    tenon__buf_char(out, '"');
}

static void write_names(const char *const *names, size_t number, tenon__buf *out)
{
    if (!names)
        return;
    tenon__buf_format(out, "static const char *const replaced_%zu[] = {", number);
    for (; *names; names++)
        tenon__buf_format(out, "\n    \"%s\",", *names);
    tenon__buf_text(out, "\n    NULL,\n};\n\n");
}

static void write_item(const tenon_migration *item, size_t number, tenon__buf *out)
{
    tenon__buf_format(out, "    {\n        \"%s\",", item->name);
    write_literal(item->sql, out);
    tenon__buf_char(out, ',');
    if (item->down_sql)
        write_literal(item->down_sql, out);
    else
        tenon__buf_text(out, "\n        NULL");
    if (item->replaces)
        tenon__buf_format(out, ",\n        replaced_%zu,", number);
    else
        tenon__buf_text(out, ",\n        NULL,");
    if (item->run_sql)
        write_literal(item->run_sql, out);
    else
        tenon__buf_text(out, "\n        NULL");
    tenon__buf_text(out, ",\n    },\n");
}

void migrate_write_c(const migrate_folder *folder, const char *symbol, tenon__buf *out)
{
    tenon__buf_format(out,
                      "/* Written by tenon migrate embed. Do not edit. */\n"
                      "#include <tenon/migrate.h>\n\n"
                      "/* A file may be longer than the literals that C99 promises. */\n"
                      "#if defined(__GNUC__)\n"
                      "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
                      "#endif\n\n"
                      "#ifdef __cplusplus\n"
                      "extern \"C\" {\n"
                      "#endif\n"
                      "extern const tenon_migrations %s;\n"
                      "#ifdef __cplusplus\n"
                      "}\n"
                      "#endif\n\n",
                      symbol);
    for (size_t i = 0; i < folder->count; i++)
        write_names(folder->items[i].replaces, i, out);
    tenon__buf_text(out, "static const tenon_migration items[] = {\n");
    for (size_t i = 0; i < folder->count; i++)
        write_item(&folder->items[i], i, out);
    tenon__buf_format(out, "%s};\n\nconst tenon_migrations %s = {items, %zu};\n",
                      folder->count ? "" : "    {NULL, NULL, NULL, NULL, NULL},\n", symbol,
                      folder->count);
}
