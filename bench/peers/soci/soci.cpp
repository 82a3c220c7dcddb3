/* SOCI as its best user has it: statements prepared once with the variables that they read from and
 * write to, vectors for many rows, a session for each thread. It has no times of milliseconds, so
 * they travel as text, as JSON does. Many rows go by some hundred to an INSERT: its own bulk
 * operations make a statement of each row. */
#include "../../sample.h"
#include "../../side.h"
#include "../../tree.h"
#include "../../turn.h"
#include "../text.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

const std::string COLUMNS = "id, name, email, age, created_at, profile";
const std::string WRITTEN = "name, email, age, created_at, profile";
/* One more than there are, so that a fetch comes to the end. */
enum { ROWS_AT_ONCE = 200, MOST_ROWS = BENCH_ROWS + 1 };

bool is_sqlite;

/* What statements are bound to. */
struct User {
    int id = 0, age = 0;
    soci::indicator age_is = soci::i_ok;
    std::string name, email, created_at, profile;
};

struct Users {
    std::vector<int> ids, ages;
    std::vector<soci::indicator> age_is;
    std::vector<std::string> names, emails, times, profiles;

    void resize(size_t count)
    {
        ids.resize(count);
        ages.resize(count);
        age_is.resize(count);
        names.resize(count);
        emails.resize(count);
        times.resize(count);
        profiles.resize(count);
    }
};

struct Nodes {
    std::vector<int> ids, parents, authors;
    std::vector<std::string> first, second;

    void resize(size_t count)
    {
        ids.resize(count);
        parents.resize(count);
        authors.resize(count);
        first.resize(count);
        second.resize(count);
    }
};

struct Client {
    soci::session session;
    std::unique_ptr<soci::statement> statement, more[3];
    int key = 0, most = 0, least = 0, greatest = 0;
    long long count = 0, total = 0;
    soci::indicator total_is = soci::i_ok, least_is = soci::i_ok, greatest_is = soci::i_ok;
    User in, out;
    Users list;
    Nodes writers, posts, comments, authors;
    std::string keys;
    std::vector<User> rows;
};

thread_local std::unique_ptr<Client> client;

void refuse(const std::exception &e)
{
    bench_fail("SOCI", e.what());
}

template <typename Function> uint64_t guarded(Function function)
{
    try {
        return function(*client);
    } catch (const std::exception &e) {
        refuse(e);
    }
    return 0;
}

template <typename Bound> void prepare(std::unique_ptr<soci::statement> &to, Bound bound)
{
    to = std::make_unique<soci::statement>(bound);
}

uint64_t check_user(int id, bool has_age, int age, const std::string &time, const std::string &name,
                    const std::string &email, const std::string &profile)
{
    return bench_check(id, has_age ? age : 0, text_read_time(time.c_str()), name.c_str(),
                       email.c_str(), profile.c_str());
}

/* To the statement's end, which SQLite waits for. */
void run(soci::statement &statement)
{
    if (statement.execute(true))
        statement.fetch();
}

uint64_t check_out(const Client &c)
{
    return check_user(c.out.id, c.out.age_is == soci::i_ok, c.out.age, c.out.created_at, c.out.name,
                      c.out.email, c.out.profile);
}

/* ---- reads ----------------------------------------------------------------------------------- */

void prepare_find()
{
    Client &c = *client;
    prepare(c.statement,
            (c.session.prepare << "SELECT " + COLUMNS + " FROM \"User\" WHERE id = :id",
             soci::use(c.key), soci::into(c.out.id), soci::into(c.out.name),
             soci::into(c.out.email), soci::into(c.out.age, c.out.age_is),
             soci::into(c.out.created_at), soci::into(c.out.profile)));
}

uint64_t find(size_t i)
{
    return guarded([i](Client &c) {
        c.key = bench_key(i);
        run(*c.statement);
        return check_out(c);
    });
}

void prepare_list()
{
    Client &c = *client;
    c.most = BENCH_ROWS;
    c.list.resize(MOST_ROWS);
    prepare(c.statement,
            (c.session.prepare << "SELECT " + COLUMNS + " FROM \"User\" ORDER BY id LIMIT :most",
             soci::use(c.most), soci::into(c.list.ids), soci::into(c.list.names),
             soci::into(c.list.emails), soci::into(c.list.ages, c.list.age_is),
             soci::into(c.list.times), soci::into(c.list.profiles)));
}

uint64_t list(size_t)
{
    return guarded([](Client &c) {
        uint64_t sum = 0;
        Users &u = c.list;
        u.resize(MOST_ROWS);
        c.statement->execute(true);
        for (size_t k = 0; k < u.ids.size(); k++)
            sum += check_user(u.ids[k], u.age_is[k] == soci::i_ok, u.ages[k], u.times[k],
                              u.names[k], u.emails[k], u.profiles[k]);
        return sum;
    });
}

void prepare_aggregate()
{
    Client &c = *client;
    prepare(c.statement,
            (c.session.prepare << "SELECT count(*), sum(age), min(age), max(age) FROM \"User\" "
                                  "WHERE age >= :least",
             soci::use(c.key), soci::into(c.count), soci::into(c.total, c.total_is),
             soci::into(c.least, c.least_is), soci::into(c.greatest, c.greatest_is)));
}

uint64_t aggregate(size_t i)
{
    return guarded([i](Client &c) {
        c.key = bench_age(i);
        run(*c.statement);
        if (c.count == 0)
            return bench_check_aggregate(0, 0, 0, 0);
        return bench_check_aggregate(uint64_t(c.count), uint64_t(c.total), c.least, c.greatest);
    });
}

/* ---- the tree: four statements, each with the keys of the rows before ------------------------ */

void prepare_tree()
{
    Client &c = *client;
    const std::string in =
        is_sqlite ? "IN (SELECT value FROM json_each(:keys))" : "= ANY (CAST(:keys AS int4[]))";
    c.most = TREE_WRITERS;
    for (Nodes *nodes : {&c.writers, &c.posts, &c.comments, &c.authors})
        nodes->resize(MOST_ROWS);
    prepare(c.statement,
            (c.session.prepare << "SELECT id, name, email FROM \"Writer\" ORDER BY id LIMIT :most",
             soci::use(c.most), soci::into(c.writers.ids), soci::into(c.writers.first),
             soci::into(c.writers.second)));
    prepare(c.more[0], (c.session.prepare << "SELECT id, title, body, \"writerId\" FROM \"Post\" "
                                             "WHERE \"writerId\" " +
                                                 in,
                        soci::use(c.keys), soci::into(c.posts.ids), soci::into(c.posts.first),
                        soci::into(c.posts.second), soci::into(c.posts.parents)));
    prepare(c.more[1], (c.session.prepare << "SELECT id, text, \"postId\", \"authorId\" FROM "
                                             "\"Comment\" WHERE \"postId\" " +
                                                 in,
                        soci::use(c.keys), soci::into(c.comments.ids), soci::into(c.comments.first),
                        soci::into(c.comments.parents), soci::into(c.comments.authors)));
    prepare(c.more[2],
            (c.session.prepare << "SELECT id, name, email FROM \"Writer\" WHERE id " + in,
             soci::use(c.keys), soci::into(c.authors.ids), soci::into(c.authors.first),
             soci::into(c.authors.second)));
}

void read_of(Client &c, Nodes &to, soci::statement &statement, const std::vector<int> &keys)
{
    std::string text(keys.size() * 12 + 3, '\0');
    text_write_keys(&text[0], keys.data(), keys.size(), is_sqlite);
    text.resize(strlen(text.c_str()));
    c.keys = text;
    to.resize(MOST_ROWS);
    statement.execute(true);
}

std::unordered_map<int, size_t> places(const Nodes &of)
{
    std::unordered_map<int, size_t> found(of.ids.size() * 2);
    for (size_t i = 0; i < of.ids.size(); i++)
        found[of.ids[i]] = i;
    return found;
}

uint64_t check_nodes(const Nodes &n, const std::vector<std::string> &second)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n.ids.size(); i++)
        sum += tree_check(n.ids[i], n.first[i].c_str(), second[i].c_str());
    return sum;
}

uint64_t tree(size_t)
{
    return guarded([](Client &c) {
        c.writers.resize(MOST_ROWS);
        c.statement->execute(true);
        read_of(c, c.posts, *c.more[0], c.writers.ids);
        read_of(c, c.comments, *c.more[1], c.posts.ids);
        c.comments.authors.resize(c.comments.ids.size());
        read_of(c, c.authors, *c.more[2], c.comments.authors);
        auto posts = places(c.posts), authors = places(c.authors), writers = places(c.writers);
        uint64_t sum = check_nodes(c.writers, c.writers.second) +
                       check_nodes(c.posts, c.posts.second) +
                       check_nodes(c.comments, c.comments.first);
        for (size_t i = 0; i < c.comments.ids.size(); i++) {
            size_t author = authors.at(c.comments.authors[i]);
            writers.at(c.posts.parents[posts.at(c.comments.parents[i])]);
            sum += tree_check(c.authors.ids[author], c.authors.first[author].c_str(),
                              c.authors.second[author].c_str());
        }
        return sum;
    });
}

/* ---- writes ---------------------------------------------------------------------------------- */

void set_user(User &to, const bench_sample *s)
{
    char time[TEXT_TIME_SIZE];
    text_write_time(time, s->created_at_us, is_sqlite);
    to.name = s->name;
    to.email = s->email;
    to.age = s->age;
    to.age_is = s->has_age ? soci::i_ok : soci::i_null;
    to.created_at = time;
    to.profile = s->profile;
}

struct Turn {
    Turn()
    {
        if (is_sqlite)
            begin_write();
    }
    ~Turn()
    {
        if (is_sqlite)
            end_write();
    }
};

uint64_t write(const Client &c)
{
    Turn turn;
    run(*c.statement);
    return check_out(c);
}

void bind_sample(Client &c)
{
    c.statement->exchange(soci::use(c.in.name));
    c.statement->exchange(soci::use(c.in.email));
    c.statement->exchange(soci::use(c.in.age, c.in.age_is));
    c.statement->exchange(soci::use(c.in.created_at));
    c.statement->exchange(soci::use(c.in.profile));
}

/* The row as it stands afterwards is read back. */
template <typename Bind> void prepare_write(const std::string &sql, Bind bind)
{
    Client &c = *client;
    c.statement = std::make_unique<soci::statement>(c.session);
    bind(c);
    c.statement->exchange(soci::into(c.out.id));
    c.statement->exchange(soci::into(c.out.name));
    c.statement->exchange(soci::into(c.out.email));
    c.statement->exchange(soci::into(c.out.age, c.out.age_is));
    c.statement->exchange(soci::into(c.out.created_at));
    c.statement->exchange(soci::into(c.out.profile));
    c.statement->alloc();
    c.statement->prepare(sql + " RETURNING " + COLUMNS);
    c.statement->define_and_bind();
}

void prepare_create()
{
    prepare_write("INSERT INTO \"User\" (" + WRITTEN + ") VALUES (:n, :e, :a, :c, :p)",
                  [](Client &c) { bind_sample(c); });
}

uint64_t create(size_t i)
{
    return guarded([i](Client &c) {
        set_user(c.in, &bench_samples()[i % BENCH_ROWS]);
        return write(c);
    });
}

void prepare_update()
{
    prepare_write("UPDATE \"User\" SET name = :n, age = :a WHERE id = :k", [](Client &c) {
        c.statement->exchange(soci::use(c.in.name));
        c.statement->exchange(soci::use(c.in.age));
        c.statement->exchange(soci::use(c.key));
    });
}

uint64_t update(size_t i)
{
    return guarded([i](Client &c) {
        const bench_sample *s = &bench_samples()[i % BENCH_ROWS];
        c.in.name = s->name;
        c.in.age = s->age;
        c.key = bench_key(i);
        return write(c);
    });
}

void prepare_upsert()
{
    prepare_write("INSERT INTO \"User\" (id, " + WRITTEN +
                      ") VALUES (:k, :n, :e, :a, :c, :p) ON CONFLICT (id) DO UPDATE SET "
                      "name = excluded.name, age = excluded.age",
                  [](Client &c) {
                      c.statement->exchange(soci::use(c.key));
                      bind_sample(c);
                  });
}

uint64_t upsert(size_t i)
{
    return guarded([i](Client &c) {
        set_user(c.in, &bench_samples()[i % BENCH_ROWS]);
        c.key = bench_any_key(i);
        return write(c);
    });
}

void prepare_create_many()
{
    Client &c = *client;
    c.rows.resize(ROWS_AT_ONCE);
    std::string sql = "INSERT INTO \"User\" (" + WRITTEN + ") VALUES ";
    for (int i = 0; i < ROWS_AT_ONCE; i++) {
        std::string n = std::to_string(i);
        sql += (i ? ", (:n" : "(:n") + n + ", :e" + n + ", :a" + n + ", :c" + n + ", :p" + n + ")";
    }
    c.statement = std::make_unique<soci::statement>(c.session);
    for (User &row : c.rows) {
        c.statement->exchange(soci::use(row.name));
        c.statement->exchange(soci::use(row.email));
        c.statement->exchange(soci::use(row.age, row.age_is));
        c.statement->exchange(soci::use(row.created_at));
        c.statement->exchange(soci::use(row.profile));
    }
    c.statement->alloc();
    c.statement->prepare(sql);
    c.statement->define_and_bind();
}

uint64_t create_many(size_t)
{
    return guarded([](Client &c) {
        Turn turn;
        soci::transaction transaction(c.session);
        for (int k = 0; k < BENCH_ROWS; k += ROWS_AT_ONCE) {
            for (int row = 0; row < ROWS_AT_ONCE; row++)
                set_user(c.rows[size_t(row)], &bench_samples()[k + row]);
            c.statement->execute(true);
        }
        transaction.commit();
        return uint64_t(BENCH_ROWS);
    });
}

} // namespace

void bench_open(const char *url)
{
    is_sqlite = strncmp(url, "postgresql:", 11) != 0;
    client = std::make_unique<Client>();
    try {
        if (is_sqlite)
            client->session.open(soci::sqlite3,
                                 "db=" + std::string(url) + " timeout=5 synchronous=normal");
        else
            client->session.open(soci::postgresql, ""); /* libpq's variables say where */
    } catch (const std::exception &e) {
        refuse(e);
    }
}

void bench_close(void)
{
    client.reset();
}

const bench_work bench_works[] = {
    {"find", prepare_find, find, 0},       {"list", prepare_list, list, 0},
    {"tree", prepare_tree, tree, 0},       {"aggregate", prepare_aggregate, aggregate, 0},
    {"create", prepare_create, create, 0}, {"create_many", prepare_create_many, create_many, 0},
    {"update", prepare_update, update, 0}, {"upsert", prepare_upsert, upsert, 0},
    {nullptr, nullptr, nullptr, 0},
};
