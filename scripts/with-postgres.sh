#!/bin/bash
# Runs a command with a PostgreSQL of its own:
#
#     scripts/with-postgres.sh meson test -C build
#
# The cluster lives in a temporary folder, listens on a unix socket only, and is stopped and removed
# at the end, however the command ends. The folder is in memory where there is plenty, as a database
# is made there in half of the time. The command finds the cluster in TENON_TEST_PG, a URL with
# superuser rights; where that is already set (a cluster within a cluster, or a server chosen by
# hand) nothing is started. TENON_TEST_TEMPLATE is what initdb has made, for tests to copy that need
# a cluster of their own. PostgreSQL refuses to run as root: then the user postgres runs it, or
# nobody. Durability is off, as nothing here has to survive. The role tenon_password, once created,
# must give its password.
set -euo pipefail

fail() {
    echo "with-postgres: $*" >&2
    exit 1
}

[ $# -gt 0 ] || fail "usage: scripts/with-postgres.sh command [arguments]"
[ -z "${TENON_TEST_PG:-}" ] || exec "$@"

# The newest installed server, unless one is on the PATH.
find_server() {
    if command -v initdb >/dev/null; then
        dirname "$(command -v initdb)"
    else
        ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
    fi
}

bin=$(find_server)
[ -x "$bin/initdb" ] || fail "no PostgreSQL server is installed; run scripts/setup.sh"

# Whether there is room in memory for several clusters, in kilobytes.
has_memory() {
    local needed=8000000 room free
    room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
    free=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo 2>/dev/null)
    [ "${room:-0}" -ge $needed ] && [ "${free:-0}" -ge $needed ]
}

place=/tmp
! has_memory || place=/dev/shm
folder=$(mktemp -d "$place/tenon-pg.XXXXXX")
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
    owner=nobody
    ! id postgres >/dev/null 2>&1 || owner=postgres
    chown "$owner" "$folder"
    as_owner=(runuser -u "$owner" --)
fi

# In the folder, because the owner may not be allowed to look into the current one.
run_as_owner() (
    cd "$folder"
    "${as_owner[@]}" "$@"
)

command_pid=
clean_up() {
    local status=$?
    trap '' INT TERM HUP
    if [ -n "$command_pid" ] && kill -0 "$command_pid" 2>/dev/null; then
        kill -TERM "$command_pid" 2>/dev/null || :
        wait "$command_pid" 2>/dev/null || :
    fi
    [ ! -f "$folder/data/postmaster.pid" ] ||
        run_as_owner "$bin/pg_ctl" -D data -m immediate -w stop >/dev/null ||
        echo "with-postgres: the cluster in $folder did not stop" >&2
    rm -rf "$folder"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

run_as_owner "$bin/initdb" -D data --username=tenon --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync --no-instructions >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; fail "initdb failed"; }

run_as_owner cp -a data template
cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 1GB
autovacuum = off
jit = off
timezone = 'UTC'
log_min_messages = fatal
CONF
cat >"$folder/data/pg_hba.conf" <<'HBA'
local all tenon_password scram-sha-256
local all all trust
HBA

run_as_owner "$bin/pg_ctl" -D data -l log -w -s start ||
    { cat "$folder/log" >&2; fail "the server did not start"; }

export TENON_TEST_TEMPLATE="$folder/template"
export TENON_TEST_PG="postgresql:///postgres?host=$folder&user=tenon"
# In the background, because only a waiting shell hears a signal at once.
"$@" <&0 &
command_pid=$!
status=0
wait "$command_pid" || status=$?
command_pid=
exit "$status"
