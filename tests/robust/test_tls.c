/* The way to a server: TLS by default where it leaves the machine, passwords that are not sent in
 * clear text, several hosts. With a server of the test's own and certificates made for it. The
 * "other machine" is db.example.com at an address of loopback: what counts is the name. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <tenon/tenon.h>

#include "cluster.h"
#include "db/session.h"
#include "testdb.h"

enum { URL_SIZE = 512 };

static int port, silent_port;

/* A port of loopback that is free; with `listener`, one where nobody answers. */
static int take_port(int *listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&address, length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&address, &length), 0);
    if (listener)
        assert_int_equal(listen(*listener = fd, 5), 0);
    else
        close(fd);
    return ntohs(address.sin_port);
}

static const char *url_of(const char *host, const char *database, const char *more)
{
    static char url[2 * URL_SIZE];
    snprintf(url, sizeof url, "postgresql://tenon:secret@%s:%d/%s?%s", host, port, database, more);
    return url;
}

#define REMOTE "db.example.com", "postgres"
#define REMOTE_CLEAR "db.example.com", "clear"
#define LOOPBACK "127.0.0.1", "postgres"
#define HERE "hostaddr=127.0.0.1"

static tenon_db *open_url(const char *url)
{
    tenon_error err;
    tenon_db *db = tenon_open(url, NULL, &err);
    if (!db)
        fail_msg("%s: %s (%s)", url, err.message, err.hint);
    return db;
}

static void assert_tls(const char *url, bool is_wanted)
{
    tenon_db *db = open_url(url);
    tenon_session *s = tenon_session_open(db, NULL);
    assert_true(tenon_begin(s));
    const char *sql = is_wanted ? "DO $$ BEGIN ASSERT (SELECT ssl FROM pg_stat_ssl "
                                  "WHERE pid = pg_backend_pid()); END $$"
                                : "DO $$ BEGIN ASSERT (SELECT NOT ssl FROM pg_stat_ssl "
                                  "WHERE pid = pg_backend_pid()); END $$";
    if (!tenon_execute(s, sql))
        fail_msg("%s: %s", url, tenon_message(s));
    tenon_session_close(s);
    tenon_close(db);
}

static tenon_error refusal; /* of the last assert_refused */

static void assert_refused(const char *url, tenon_status status, const char *hint)
{
    assert_null(tenon_open(url, NULL, &refusal));
    if (refusal.status != status || !strstr(refusal.hint, hint))
        fail_msg("%s: %s: %s (%s)", url, tenon_status_name(refusal.status), refusal.message,
                 refusal.hint);
}

static void set_tls(const char *value)
{
    char sql[80];
    snprintf(sql, sizeof sql, "ALTER SYSTEM SET ssl = %s", value);
    char url[URL_SIZE];
    snprintf(url, sizeof url, "postgresql:///postgres?host=%s&user=tenon&port=%d", cluster_folder(),
             port);
    testdb_run(url, sql);
    testdb_run(url, "SELECT pg_reload_conf()");
    for (int i = 0; i < 2000 && strcmp(testdb_value(url, "SHOW ssl"), value) != 0; i++)
        tenon__wait_pause(5000, TENON__NEVER);
}

static int set_up(void **state)
{
    static int listener;
    char command[URL_SIZE];
    cluster_open();
    port = take_port(NULL);
    silent_port = take_port(&listener);
    snprintf(command, sizeof command, "tests/robust/tls.sh %s %d", cluster_folder(), port);
    return system(command); /* NOLINT(cert-env33-c): a fixed script of this tree */
}

/* ---- TLS ------------------------------------------------------------------------------------- */

static void tls_is_used_where_the_host_is_not_this_machine(void **state)
{
    char socket_url[URL_SIZE];
    assert_tls(url_of(REMOTE, HERE), true);
    snprintf(socket_url, sizeof socket_url, "postgresql:///postgres?host=%s&user=tenon&port=%d",
             cluster_folder(), port);
    assert_tls(socket_url, false);
    assert_tls(url_of(REMOTE, HERE "&sslmode=disable"), false);
}

static void a_server_without_tls_is_refused_unless_the_url_allows_it(void **state)
{
    set_tls("off");
    assert_refused(url_of(REMOTE, HERE), TENON_UNAVAILABLE, "TLS is required");
    char message[URL_SIZE];
    snprintf(message, sizeof message,
             "connection to server at \"127.0.0.1\", port %d failed: "
             "server does not support SSL, but SSL was required",
             port);
    assert_string_equal(refusal.message, message);
    assert_tls(url_of(REMOTE, HERE "&sslmode=disable"), false);
    assert_tls(url_of(LOOPBACK, ""), false);
    assert_tls(url_of("localhost", "postgres", HERE), false);
    set_tls("on");
}

static void a_root_certificate_verifies_the_servers_name(void **state)
{
    char more[URL_SIZE];
    snprintf(more, sizeof more, HERE "&sslrootcert=%s/ca.crt", cluster_folder());
    assert_tls(url_of(REMOTE, more), true);
    assert_refused(url_of("db.example.org", "postgres", more), TENON_UNAVAILABLE, "");
    snprintf(more, sizeof more, HERE "&sslrootcert=%s/other.crt", cluster_folder());
    assert_refused(url_of(REMOTE, more), TENON_UNAVAILABLE, "");
}

static void the_login_can_be_bound_to_the_channel(void **state)
{
    assert_tls(url_of(REMOTE, HERE "&channel_binding=require"), true);
    assert_refused(url_of(REMOTE, HERE "&channel_binding=require&sslmode=disable"),
                   TENON_UNAVAILABLE, "");
}

static void a_password_is_not_sent_in_clear_text_to_another_machine(void **state)
{
    assert_refused(url_of(REMOTE_CLEAR, HERE "&sslmode=disable"), TENON_AUTH,
                   "clear_password=allow");
    assert_tls(url_of(REMOTE_CLEAR, HERE "&sslmode=disable&clear_password=allow"), false);
    assert_tls(url_of(REMOTE_CLEAR, HERE), true);
    assert_tls(url_of("127.0.0.1", "clear", "sslmode=disable"), false);
}

/* ---- several hosts --------------------------------------------------------------------------- */

static void a_host_that_refuses_is_passed(void **state)
{
    char url[URL_SIZE];
    snprintf(url, sizeof url, "postgresql://tenon:secret@127.0.0.1:%d,127.0.0.1:%d/postgres",
             take_port(NULL), port);
    tenon_close(open_url(url));
}

static void a_host_that_does_not_answer_is_passed(void **state)
{
    char url[URL_SIZE];
    snprintf(url, sizeof url,
             "postgresql://tenon:secret@127.0.0.1:%d,127.0.0.1:%d/postgres?connect_timeout=400ms",
             silent_port, port);
    tenon_close(open_url(url));
}

static void the_kind_of_server_is_asked_for(void **state)
{
    tenon_close(open_url(url_of(LOOPBACK, "target_session_attrs=primary")));
    assert_refused(url_of(LOOPBACK, "target_session_attrs=standby"), TENON_UNAVAILABLE, "");
}

static bool is_at(tenon_db *db, const char *address)
{
    char sql[160];
    tenon_session *s = tenon_session_open(db, NULL);
    snprintf(sql, sizeof sql, "DO $$ BEGIN ASSERT host(inet_server_addr()) = '%s'; END $$",
             address);
    bool is = tenon_execute(s, sql);
    tenon_session_close(s);
    return is;
}

static void hosts_are_taken_in_order_or_by_chance(void **state)
{
    enum { TRIES = 40 };
    char url[URL_SIZE];
    int firsts[2] = {0};
    for (int random = 0; random < 2; random++) {
        snprintf(url, sizeof url,
                 "postgresql://tenon:secret@127.0.0.1:%d,127.0.0.2:%d/postgres"
                 "?load_balance_hosts=%s",
                 port, port, random ? "random" : "disable");
        for (int i = 0; i < TRIES; i++) {
            tenon_db *db = open_url(url);
            firsts[random] += is_at(db, "127.0.0.1");
            tenon_close(db);
        }
    }
    assert_int_equal(firsts[0], TRIES);
    assert_in_range(firsts[1], 1, TRIES - 1);
}

static void a_peer_that_is_gone_is_noticed(void **state)
{
    tenon_db *db = open_url(url_of(LOOPBACK, ""));
    tenon_session *s = tenon_session_open(db, NULL);
    int idle_s = 0, is_on = 0;
    socklen_t length = sizeof idle_s;
    assert_true(tenon_begin(s));
    int fd = db->driver->socket(s->pinned->connection);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &is_on, &length), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, &length), 0);
    assert_true(is_on);
    assert_int_equal(idle_s, 60);
    tenon_session_close(s);
    tenon_close(db);
}

/* The server says of itself that it only reads, as one does that has become a standby. */
static void when_the_server_only_reads_all_connections_to_it_go(void **state)
{
    tenon_db *db = open_url(url_of(LOOPBACK, "target_session_attrs=read-write&pool_min=3"));
    tenon_session *s = tenon_session_open(db, NULL);
    assert_true(
        tenon_execute(s, "CREATE TABLE written (); SET default_transaction_read_only = on"));
    assert_false(tenon_execute(s, "INSERT INTO written DEFAULT VALUES"));
    assert_int_equal(tenon_session_error(s)->status, TENON_READ_ONLY);
    assert_int_equal(tenon_db_metrics(db).size, 0);
    tenon_error_clear(s);
    assert_true(tenon_execute(s, "INSERT INTO written DEFAULT VALUES; DROP TABLE written"));
    tenon_session_close(s);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_is_used_where_the_host_is_not_this_machine),
        cmocka_unit_test(a_server_without_tls_is_refused_unless_the_url_allows_it),
        cmocka_unit_test(a_root_certificate_verifies_the_servers_name),
        cmocka_unit_test(the_login_can_be_bound_to_the_channel),
        cmocka_unit_test(a_password_is_not_sent_in_clear_text_to_another_machine),
        cmocka_unit_test(a_host_that_refuses_is_passed),
        cmocka_unit_test(a_host_that_does_not_answer_is_passed),
        cmocka_unit_test(the_kind_of_server_is_asked_for),
        cmocka_unit_test(hosts_are_taken_in_order_or_by_chance),
        cmocka_unit_test(a_peer_that_is_gone_is_noticed),
        cmocka_unit_test(when_the_server_only_reads_all_connections_to_it_go),
    };
    return cmocka_run_group_tests_name("tls and hosts", tests, set_up, NULL);
}
