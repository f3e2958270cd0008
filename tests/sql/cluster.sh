#!/usr/bin/env bash
# Runs a command with a PostgreSQL to talk to: the one that PGHOST names, else one made for the while.
#     tests/sql/cluster.sh COMMAND...
set -eu
if [ -n "${PGHOST-}" ]; then exec "$@"; fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/driftline-sql-XXXXXX")
bin=$(pg_config --bindir)
as=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root; its package brings a user
	chown postgres: "$folder"
	as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
fi
run() { (cd "$folder" && "${as[@]}" "$@"); }
end() {
	run "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null || true
	rm -rf -- "$folder"
}
trap end EXIT
run "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
run "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
	-o "-k '$folder' -c listen_addresses= -c fsync=off -c max_connections=30" start >/dev/null || {
	cat -- "$folder/log" >&2
	exit 1
}
PGHOST=$folder PGUSER=postgres "$@"
