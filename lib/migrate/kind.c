/* What kind of statement a piece of a file is, by its first words: whether it can run in a
 * transaction, ends one, or sets something on the connection.
 *
 * The table is of patterns over words: a statement fits when it begins with them, `*` standing for
 * any number of tokens, and `-` at the end meaning that nothing may follow. What is not listed
 * runs in a transaction; the database refuses it there if that was wrong, and then nothing has
 * happened. */
#include "migrate/kind.h"

enum { POSTGRESQL = 1, SQLITE = 2, BOTH = 3, MOST_WORD = 32 };

typedef struct rule {
    int dialects;
    const char *pattern;
    tenon__piece_kind kind;
    bool is_setting;
} rule;

/* The first one that fits counts. */
static const rule rules[] = {
    {POSTGRESQL, "BEGIN", TENON__PIECE_BEGIN, false},
    {POSTGRESQL, "START TRANSACTION", TENON__PIECE_BEGIN, false},
    {SQLITE, "BEGIN", TENON__PIECE_BEGIN, false},
    {POSTGRESQL, "COMMIT PREPARED", TENON__PIECE_OUTSIDE, false},
    {BOTH, "COMMIT", TENON__PIECE_COMMIT, false},
    {BOTH, "END", TENON__PIECE_COMMIT, false},
    {POSTGRESQL, "ROLLBACK PREPARED", TENON__PIECE_OUTSIDE, false},
    {BOTH, "ROLLBACK TO", TENON__PIECE_PLAIN, false},
    {BOTH, "ROLLBACK TRANSACTION TO", TENON__PIECE_PLAIN, false},
    {POSTGRESQL, "ROLLBACK WORK TO", TENON__PIECE_PLAIN, false},
    {BOTH, "ROLLBACK", TENON__PIECE_ROLLBACK, false},
    {POSTGRESQL, "ABORT", TENON__PIECE_ROLLBACK, false},

    {POSTGRESQL, "CREATE INDEX CONCURRENTLY", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "CREATE UNIQUE INDEX CONCURRENTLY", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "DROP INDEX CONCURRENTLY", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "REINDEX * CONCURRENTLY", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "REINDEX SCHEMA", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "REINDEX DATABASE", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "REINDEX SYSTEM", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "ALTER TABLE * DETACH PARTITION * CONCURRENTLY -", TENON__PIECE_OUTSIDE, false},
    {BOTH, "VACUUM", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "CLUSTER -", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "CREATE DATABASE", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "DROP DATABASE", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "CREATE TABLESPACE", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "DROP TABLESPACE", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "CREATE SUBSCRIPTION", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "DROP SUBSCRIPTION", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "ALTER SYSTEM", TENON__PIECE_OUTSIDE, false},
    {POSTGRESQL, "DISCARD ALL", TENON__PIECE_OUTSIDE, false},

    {POSTGRESQL, "SET LOCAL", TENON__PIECE_PLAIN, false},
    {POSTGRESQL, "SET CONSTRAINTS", TENON__PIECE_PLAIN, false},
    {POSTGRESQL, "SET TRANSACTION", TENON__PIECE_PLAIN, false},
    {POSTGRESQL, "SET", TENON__PIECE_PLAIN, true},
    {POSTGRESQL, "RESET", TENON__PIECE_PLAIN, true},
    {POSTGRESQL, "SELECT set_config", TENON__PIECE_PLAIN, true},
    {POSTGRESQL, "SELECT pg_catalog . set_config", TENON__PIECE_PLAIN, true},

    {SQLITE, "PRAGMA defer_foreign_keys", TENON__PIECE_PLAIN, false},
    {SQLITE, "PRAGMA foreign_key_check", TENON__PIECE_PLAIN, false},
    {SQLITE, "PRAGMA integrity_check", TENON__PIECE_PLAIN, false},
    {SQLITE, "PRAGMA quick_check", TENON__PIECE_PLAIN, false},
    {SQLITE, "PRAGMA", TENON__PIECE_OUTSIDE, true},
    {SQLITE, "ATTACH", TENON__PIECE_OUTSIDE, true},
    {SQLITE, "DETACH", TENON__PIECE_OUTSIDE, true},
};

/* Takes the next word of a pattern; false at its end. */
static bool next_word(const char **pattern, char word[MOST_WORD])
{
    *pattern += strspn(*pattern, " ");
    size_t length = strcspn(*pattern, " ");
    memcpy(word, *pattern, length);
    word[length] = '\0';
    *pattern += length;
    return length > 0;
}

/* Behind the next token that is this word; false when there is none. */
static bool find_word(tenon__scanner *s, const char *word)
{
    tenon__token token;
    do {
        token = tenon__scan(s);
    } while (token.kind != TENON__TOKEN_END && !tenon__token_is(&token, word));
    return token.kind != TENON__TOKEN_END;
}

bool tenon__sql_fits(tenon__scanner *s, const char *pattern)
{
    char word[MOST_WORD];
    while (next_word(&pattern, word)) {
        if (!strcmp(word, "*")) {
            next_word(&pattern, word);
            if (!find_word(s, word))
                return false;
            continue;
        }
        tenon__token token = tenon__scan(s);
        bool is_end = token.kind == TENON__TOKEN_END;
        if (strcmp(word, "-") != 0 ? !tenon__token_is(&token, word) : !is_end)
            return false;
    }
    return true;
}

static tenon__scanner scan_piece(tenon_dialect dialect, const char *text)
{
    return (tenon__scanner){.dialect = dialect, .at = text, .end = text + strlen(text)};
}

void tenon__piece_classify(tenon_dialect dialect, tenon__piece *piece)
{
    int wanted = dialect == TENON_POSTGRESQL ? POSTGRESQL : SQLITE;
    piece->kind = TENON__PIECE_PLAIN;
    piece->is_setting = false;
    for (size_t i = 0; i < TENON__COUNT(rules); i++) {
        tenon__scanner s = scan_piece(dialect, piece->text);
        if (!(rules[i].dialects & wanted) || !tenon__sql_fits(&s, rules[i].pattern))
            continue;
        piece->kind = rules[i].kind;
        piece->is_setting = rules[i].is_setting;
        return;
    }
}

/* CALL and DO may commit on their own, as long as no transaction is around them. */
bool tenon__piece_is_routine(const tenon__piece *piece)
{
    tenon__scanner call = scan_piece(TENON_POSTGRESQL, piece->text);
    tenon__scanner block = call;
    return tenon__sql_fits(&call, "CALL") ||
           (tenon__sql_fits(&block, "DO") && strcasestr(piece->text, "COMMIT"));
}
