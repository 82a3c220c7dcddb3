#!/bin/bash
# A PostgreSQL cluster of a test's own, which it may mistreat:
#
#     cluster.sh make|small|start|kill|freeze|thaw|promote|remove FOLDER
#     cluster.sh follow FOLDER PRIMARY
#
# `kill` is SIGKILL to the postmaster, as when the machine's memory ran out; `freeze` stops all its
# processes in the middle of what they do, as a machine does that hangs, until `thaw`. FOLDER is
# also where the socket is. The cluster of the other tests (scripts/with-postgres.sh) stays alone.
#
# `small` makes one whose folder `small` is a disk of 12 MB, in memory, that only the server sees:
# it has a namespace of mounts of its own, and the disk goes with it. Where nobody may mount, no
# file of the server can become larger than 20 MB instead, which is another error (File too large).
#
# `follow` makes it a hot standby of the cluster in the folder PRIMARY, by streaming replication.
set -euo pipefail

order=$1 folder=$2
initdb=$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
bin=$(dirname "$(readlink -f "$initdb")")

as_owner=()
if [ "$(id -u)" -eq 0 ]; then
    owner=nobody
    ! id postgres >/dev/null 2>&1 || owner=postgres
    as_owner=(runuser -u "$owner" --)
fi

run_as_owner() (
    cd "$folder"
    "${as_owner[@]}" "$@"
)

# A killed server's processes may hold its memory for a moment longer.
start() {
    local attempt
    for attempt in {1..100}; do
        ! run_as_owner "$bin/pg_ctl" -D data -l log -w -s -t 60 start >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    cat "$folder/log" >&2
    return 1
}

postmaster() {
    head -n 1 "$folder/data/postmaster.pid"
}

# The postmaster and its children.
processes() {
    postmaster
    ps -o pid= --ppid "$(postmaster)"
}

# One of them may have ended meanwhile.
signal() {
    kill "-$1" $(processes) 2>/dev/null || :
}

# A dead one may still wait to be collected by its parent.
is_running() {
    case $(ps -o stat= -p "$1") in
    "" | Z*) return 1 ;;
    esac
}

# initdb takes a second of a processor, a copy of what it made in scripts/with-postgres.sh none.
make() {
    [ -z "${owner:-}" ] || chown "$owner" "$folder"
    if [ -d "${TENON_TEST_TEMPLATE:-}" ]; then
        run_as_owner cp -a "$TENON_TEST_TEMPLATE" data
    else
        run_as_owner "$bin/initdb" -D data --username=tenon --auth=trust --encoding=UTF8 \
            --locale=C.UTF-8 --no-sync --no-instructions >/dev/null
    fi
    cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
fsync = off
autovacuum = off
timezone = 'UTC'
log_min_messages = fatal
CONF
}

# As its owner, in a namespace in which the small disk is mounted.
start_small() {
    local options="size=12m,mode=700,uid=$(run_as_owner id -u)"
    local mount="mount -t tmpfs -o $options tmpfs '$folder/small'"
    local start="cd '$folder' && '$bin/pg_ctl' -D data -l log -w -s start"
    run_as_owner mkdir "$folder/small"
    if [ "$(id -u)" -eq 0 ] && unshare -m bash -c "$mount" 2>/dev/null; then
        unshare -m bash -c "$mount && runuser -u $owner -- bash -c \"$start\""
    elif unshare -U -c --keep-caps -m bash -c "$mount" 2>/dev/null; then
        unshare -U -c --keep-caps -m bash -c "$mount && $start"
    else
        run_as_owner bash -c "ulimit -f 20480 && $start"
    fi >/dev/null
}

# As pg_basebackup does, which not every installation of a server brings.
copy_by_hand() {
    local begin="pg_backup_start('copy', true)" end="pg_backup_stop(false)"
    if [[ $("$bin/postgres" --version) == *" 14."* ]]; then
        begin="pg_start_backup('copy', true, false)" end="pg_stop_backup(false)"
    fi
    run_as_owner psql -h "$1" -U tenon -d postgres -qAtX -v ON_ERROR_STOP=1 <<SQL
SELECT $begin \\g /dev/null
\\! cp -a '$1/data' data && rm -f data/postmaster.pid data/postmaster.opts
SELECT labelfile FROM $end \\g data/backup_label
SQL
    run_as_owner touch data/standby.signal
    echo "primary_conninfo = 'host=''$1'' user=tenon'" >>"$folder/data/postgresql.conf"
}

copy() {
    if [ -x "$bin/pg_basebackup" ]; then
        run_as_owner "$bin/pg_basebackup" -h "$1" -U tenon -D data -R -X stream -c fast --no-sync
    else
        copy_by_hand "$1"
    fi
}

case $order in
make)
    make
    start
    ;;
small)
    make
    start_small
    ;;
follow)
    [ -z "${owner:-}" ] || chown "$owner" "$folder"
    copy "$3"
    cat >>"$folder/data/postgresql.conf" <<CONF
unix_socket_directories = '$folder'
max_standby_streaming_delay = 0
wal_receiver_status_interval = 1
hot_standby_feedback = off
CONF
    start
    ;;
promote) run_as_owner "$bin/pg_ctl" -D data -w -s -t 60 promote ;;
start) start ;;
kill)
    children=$(processes)
    kill -KILL "$(postmaster)"
    for child in $children; do
        while is_running "$child"; do sleep 0.02; done
    done
    ;;
freeze) signal STOP ;;
thaw) signal CONT ;;
remove)
    if [ -f "$folder/data/postmaster.pid" ]; then
        signal CONT
        run_as_owner "$bin/pg_ctl" -D data -m immediate -w -s stop >/dev/null 2>&1 || :
    fi
    rm -rf "$folder"
    ;;
esac
