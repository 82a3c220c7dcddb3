#!/bin/bash
# A PgBouncer in front of a PostgreSQL, with pool_mode=transaction and two connections a database:
#
#     pgbouncer.sh start FOLDER SERVER    SERVER: the folder of the server's socket
#     pgbouncer.sh stop FOLDER
#
# It listens on a socket in FOLDER, port 6432, and lets the role tenon in.
set -euo pipefail
order=$1 folder=$2

case $order in
start)
    owner=$(id -un)
    if [ "$(id -u)" -eq 0 ]; then
        owner=nobody
        ! id postgres >/dev/null 2>&1 || owner=postgres
        chown "$owner" "$folder"
    fi
    echo '"tenon" ""' >"$folder/users"
    cat >"$folder/pgbouncer.ini" <<CONF
[databases]
* = host=$3
[pgbouncer]
listen_addr =
unix_socket_dir = $folder
listen_port = 6432
auth_type = trust
auth_file = $folder/users
pool_mode = transaction
default_pool_size = 2
logfile = $folder/log
pidfile = $folder/pid
CONF
    chmod 644 "$folder/users" "$folder/pgbouncer.ini"
    PATH=$PATH:/usr/sbin
    if [ "$(id -u)" -eq 0 ]; then
        pgbouncer -q -d -u "$owner" "$folder/pgbouncer.ini"
    else
        pgbouncer -q -d "$folder/pgbouncer.ini"
    fi
    for _ in {1..500}; do
        [ ! -S "$folder/.s.PGSQL.6432" ] || exit 0
        sleep 0.01
    done
    exit 1
    ;;
stop)
    [ ! -f "$folder/pid" ] || kill -TERM "$(cat "$folder/pid")"
    rm -rf "$folder"
    ;;
esac
