#!/usr/bin/env bash
# The tests of SQL: makes a scratch database by the migrations that deploy.sh applies, and runs each file in it, in a
# transaction that is rolled back. Wants a PostgreSQL with a superuser in PG* variables (tests/sql/cluster.sh).
#     tests/sql/run.sh [FILE...]
set -eu
ROOT=$(cd -P -- "$(dirname -- "$0")/../.." && pwd)
export PGDATABASE=driftline_sql_test PGOPTIONS='-c client_min_messages=warning'
here=$ROOT/tests/sql
failures=0 tests=0 bad=()

owned() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }

# deploy.sh's own word on what is applied, in which order and how.
. "$ROOT/lib/deploy/say.sh"
. "$ROOT/lib/deploy/database.sh"

migrate() { { printf 'set role driftline_owner;\n' && migration; } | owned -t 2>&1; }

make_database() {
	owned -d postgres <<-'END'
		select 'create role driftline_owner login' where not exists (select from pg_roles where rolname = 'driftline_owner') \gexec
		select 'create role driftline_web login' where not exists (select from pg_roles where rolname = 'driftline_web') \gexec
		select 'create role driftline_admin login' where not exists (select from pg_roles where rolname = 'driftline_admin') \gexec
		drop database if exists driftline_sql_test;
		create database driftline_sql_test owner driftline_owner template template0 encoding 'UTF8' locale 'C.UTF-8';
	END
	migrate | grep -v applying || [ "${PIPESTATUS[0]}" = 0 ]
	if migrate | grep .; then
		echo "migrations do something when they are applied again" >&2
		exit 1
	fi
	owned -c 'create function driftline.members_about(text) returns int language sql as $$ select 1 $$' \
		-c "update driftline.migration set checksum = '' where name = 'functions'"
	migrate | grep -v applying || [ "${PIPESTATUS[0]}" = 0 ]
	if [ "$(owned -A -t -c "select count(*) from pg_proc where proname = 'members_about'")" != 1 ]; then
		echo "a function of before is left when the functions change" >&2
		exit 1
	fi
	owned <<-'END'
		create schema tap;
		create extension pgtap schema tap;
		create extension plpgsql_check schema tap;
	END
	owned -f "$here/setup/helpers.sql"
}

# Runs a file; its TAP goes to standard output as far as it tells of failures.
run_file() {
	local output plan=0 passed
	output=$(owned -A -t -f "$here/setup/begin.sql" -f "$1" -f "$here/setup/end.sql" 2>&1) || output+=$'\nnot ok - the file did not run to its end'
	passed=$(grep -c '^ok' <<<"$output" || true)
	plan=$(sed -n 's/^1\.\.//p' <<<"$output")
	tests=$((tests + passed))
	if grep -qE '^not ok|ERROR:|^# Looks like' <<<"$output" || [ "$plan" != "$passed" ]; then
		bad+=("${1##*/}")
		failures=$((failures + 1))
		grep -vE '^(ok|1\.\.)' <<<"$output"
		printf '%-28s %s of %s\n' "${1##*/}" "$passed" "${plan:-?}"
	else
		printf '%-28s %s\n' "${1##*/}" "$passed"
	fi
}

trap 'psql -X -q -d postgres -c "drop database if exists driftline_sql_test" || true' EXIT
make_database
if [ $# -eq 0 ]; then set -- "$here"/*.sql; fi
for file; do run_file "$file"; done
printf '%s tests of SQL passed\n' "$tests"
if [ "$failures" -gt 0 ]; then
	printf 'failed: %s\n' "${bad[*]}" >&2
	exit 1
fi
