#!/bin/sh
# A throw-away PostgreSQL cluster, in a folder of its own, for as long as standard input stays open: however xtask ends,
# its end of the pipe closes, and the cluster goes.
#   postgres.sh BIN_FOLDER PORT
# Prints "ready" when it accepts connections, as the user "postgres" without a password, on loopback only.
set -eu
bin=$1
port=$2
home=$(mktemp -d /tmp/kalends-postgres-XXXXXX)

clean_up() {
    "$bin/pg_ctl" --pgdata="$home/data" --mode=immediate stop >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap clean_up EXIT

"$bin/initdb" --pgdata="$home/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync \
    >"$home/log" 2>&1 || { cat "$home/log" >&2; exit 1; }
# Nothing here outlives a crash, so nothing needs to reach the disk.
cat >>"$home/data/postgresql.conf" <<CONFIGURATION
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$home'
max_connections = 300
fsync = off
synchronous_commit = off
full_page_writes = off
CONFIGURATION
"$bin/pg_ctl" --pgdata="$home/data" --log="$home/log" --wait --silent start >&2 || { cat "$home/log" >&2; exit 1; }

echo ready
exec >/dev/null
cat >/dev/null
