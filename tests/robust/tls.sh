#!/bin/bash
# Gives a cluster of cluster.sh TLS, TCP on loopback, and questions after passwords:
#
#     tls.sh FOLDER PORT
#
# An authority of its own (ca.crt) signs a certificate for db.example.com; other.crt is an authority
# that has signed nothing. The role tenon has the password "secret", which the database `clear` asks
# for in clear text, the others by SCRAM.
set -euo pipefail
folder=$1 port=$2
data=$folder/data

psql "host=$folder user=tenon dbname=postgres" -qc "ALTER ROLE tenon PASSWORD 'secret'" \
    -c "CREATE DATABASE clear"

authority() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$folder/$1.key" \
        -out "$folder/$1.crt" 2>/dev/null
}
authority ca
authority other
openssl req -newkey rsa:2048 -nodes -subj /CN=db.example.com -keyout "$data/server.key" \
    -out "$folder/server.csr" 2>/dev/null
openssl x509 -req -in "$folder/server.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" \
    -CAcreateserial -days 2 -out "$data/server.crt" \
    -extfile <(echo subjectAltName=DNS:db.example.com) 2>/dev/null
chown --reference="$data" "$data/server.key" "$data/server.crt"
chmod 600 "$data/server.key"
chmod 755 "$folder"

cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1,127.0.0.2'
port = $port
ssl = on
CONF
cat >"$data/pg_hba.conf" <<'HBA'
local all all trust
host clear all 127.0.0.0/8 password
host all all 127.0.0.0/8 scram-sha-256
HBA
tests/robust/cluster.sh kill "$folder"
tests/robust/cluster.sh start "$folder"
