/* The last migration of a folder, as generated code carries it (tenon_verify).
 *
 * It is one that a program needs: a contract, which comes when programs of the version before are
 * gone, is passed over. Of its text there are two checksums, because git may give a file other line
 * ends on one machine than on another: what ran on a database may have either. */
#include "migrate/migrate.h"

/* With all line ends as "\n" where there were "\r\n", else the other way round. */
static void write_other_ends(const char *text, tenon__buf *out)
{
    bool has_returns = strstr(text, "\r\n") != NULL;
    for (; *text; text++) {
        if (has_returns && text[0] == '\r' && text[1] == '\n')
            continue;
        if (!has_returns && *text == '\n')
            tenon__buf_char(out, '\r');
        tenon__buf_char(out, *text);
    }
}

bool migrate_last_of(const migrate_folder *folder, migrate_last_sums *sums,
                     tenon_last_migration *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf other = {0};
    *out = (tenon_last_migration){0};
    size_t count = folder->count;
    while (count && migrate_is_contract(folder->items[count - 1].sql))
        count--;
    if (!count)
        return true;
    const tenon_migration *last = &folder->items[count - 1];
    write_other_ends(last->sql, &other);
    migrate_checksum(last->sql, sums->as_it_is);
    migrate_checksum(tenon__buf_string(&other), sums->other_ends);
    *out = (tenon_last_migration){last->name, {sums->as_it_is, sums->other_ends}};
    return !other.failed;
}
