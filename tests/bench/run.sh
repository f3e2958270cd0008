#!/usr/bin/env bash
# Measures Driftline beside a bare Node chat that stores its messages (peer/), raw Nchan that stores nothing, and
# PostgreSQL's bare INSERT: all in one run, on one machine, the database with fsync and synchronous_commit on.
#
#   tests/bench/run.sh [ROW...]      rows: pairs one rooms idle search history export uploads start scroll (all of them)
#
# The last six are of Driftline alone: what scrolling a chat of BENCH_SCROLL (10000) lines costs a browser (scroll.mjs), how
# long the first page takes on a slow network (start.mjs), what uploads take and do to chat, and, in a database as full as a large service's (fill.sh): search among BENCH_ROOMS
# (1000000) rooms beside a sequential scan of the same, pages of a room's history of BENCH_LINES (10000000) lines, and the
# export of one of BENCH_EXPORT (1000000).
#
# Each row is run in rounds, one target after the other, every time on freshly started programs; medians of the rounds
# are printed, and ratios, which are what to look at. BENCH_ROUNDS (3), BENCH_SECONDS (8, a measurement), BENCH_PORT
# (18500, and the two after it), BENCH_PATIENCE (20: seconds to wait, before each measurement, for a machine that others
# leave alone). Users and rooms are put in by SQL (seed.sql): logging in is not measured.

set -Eeuo pipefail
export LC_ALL=C.UTF-8

HERE=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd -P -- "$HERE/../.." && pwd)
ROWS=("$@")
[ $# -gt 0 ] || ROWS=(pairs one rooms idle search history export uploads start scroll)
ROUNDS=${BENCH_ROUNDS:-3}
SECONDS_EACH=${BENCH_SECONDS:-8}
PATIENCE=${BENCH_PATIENCE:-20}
PORT=${BENCH_PORT:-18500}
PEER_PORT=$((PORT + 1))
NCHAN_PORT=$((PORT + 2))
WORK=$(mktemp -d "${TMPDIR:-/tmp}/driftline-bench.XXXXXX")
RESULTS=$WORK/results
LOAD=$ROOT/build/bench/load
STARTED=

# Its own deployment: nothing of an operator's settings is used or touched.
while read -r name; do unset "$name"; done < <(compgen -v DRIFTLINE_)
export DRIFTLINE_STATE=$WORK/state DRIFTLINE_PORT=$PORT
while read -r name; do export "$name=0"; done < <("$ROOT/build/config" --table | sed -n 's/^\(DRIFTLINE_LIMIT_[A-Z_]*\).*/\1/p')

say() { printf '%s\n' "$*" >&2; }

stop() {
	[ -n "$STARTED" ] || return 0
	kill "$STARTED" 2>/dev/null || true
	wait "$STARTED" 2>/dev/null || true
	STARTED=
}

end() {
	local status=$?
	trap - EXIT
	stop
	"$ROOT/deploy.sh" down >/dev/null 2>&1 || true
	if [ -L "$DRIFTLINE_STATE" ]; then rm -rf -- "$(readlink -f -- "$DRIFTLINE_STATE")"; fi
	rm -rf -- "$WORK"
	exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM

# quietly COMMAND...: what it says is shown only if it fails.
quietly() {
	"$@" >"$WORK/output" 2>&1 || {
		tail -n 30 "$WORK/output" >&2
		say "bench: failed: $*"
		exit 1
	}
}

admin() { psql -X -q -v ON_ERROR_STOP=1 -h "$RUN" -U postgres "$@"; }

node_packages() {
	[ ! "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] || return 0
	quietly npm --prefix "$1" ci --no-audit --no-fund
	touch "$1/node_modules/.package-lock.json"
}

prepare() {
	ulimit -n "$(ulimit -H -n)"
	chmod 755 "$WORK"
	say "bench: starting Driftline in $WORK"
	quietly "$ROOT/deploy.sh" up --no-client
	mkdir -p "${LOAD%/*}"
	"${CC:-gcc}" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o "$LOAD" "$HERE"/load.c "$HERE"/process.c
	node_packages "$HERE/peer"
	node_packages "$ROOT/tests"
	RUN=$("$ROOT/deploy.sh" status | awk '$1 == "sockets" { print $2 }')
	admin -d postgres -c 'alter system set max_connections = 120' -c 'create database peer'
	quietly "$ROOT/deploy.sh" restart postgres
	sed -e "s|@WORK@|$WORK|; s|@PORT@|$NCHAN_PORT|; s|@FILES@|$(ulimit -n)|" "$HERE/nchan.conf.in" >"$WORK/nchan.conf"
	say "bench: $(nproc) cores, $(admin -d postgres -At -c "select string_agg(name || ' ' || setting, ', ' order by name)
		from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')"), load average $(cut -d ' ' -f 1 /proc/loadavg)"
}

# Ticks of CPU that the whole machine has spent.
busy() { awk '$1 == "cpu" { print $2 + $3 + $4 + $7 + $8 }' /proc/stat; }

# Waits for a second in which less than a fifth of a core was busy.
settle() {
	local before try
	for try in $(seq "$PATIENCE"); do
		before=$(busy)
		sleep 1
		[ $(($(busy) - before)) -gt $(($(getconf CLK_TCK) / 5)) ] || return 0
	done
	say "bench: others were busy for $try s on end"
}

supervised() { cat -- "$DRIFTLINE_STATE/service/$1/supervise/pid"; }

postmaster() { head -n 1 "$DRIFTLINE_STATE/pg/postmaster.pid"; }

# start_TARGET: fresh programs and fresh data; sets PROCESSES, whose CPU and memory is told.
start_driftline() {
	quietly "$ROOT/deploy.sh" restart api
	quietly "$ROOT/deploy.sh" restart nginx
	admin -d driftline -v rooms="$1" -v members="$2" -v kind="$3" -f "$HERE/seed.sql" >/dev/null
	PROCESSES=(--process "nginx=$(supervised nginx)" --process "api=$(supervised api)"
	--process "postgres=$(postmaster)" --process "logs=$(supervised nginx/log)")
}

start_peer() {
	admin -d peer -c 'set client_min_messages = warning; drop table if exists peer_message' -c checkpoint
	PORT=$PEER_PORT DATABASE_URL="postgres://postgres@${RUN//\//%2F}/peer" node "$HERE/peer/server.js" &
	STARTED=$!
	wait_for_port "$PEER_PORT"
	PROCESSES=(--process "peer=$STARTED" --process "postgres=$(postmaster)")
}

start_nchan() {
	"$ROOT/build/listen" "127.0.0.1:$NCHAN_PORT" -- /usr/sbin/nginx -e stderr -p "$WORK" -c "$WORK/nchan.conf" 2>"$WORK/nchan.log" &
	STARTED=$!
	wait_for_port "$NCHAN_PORT"
	PROCESSES=(--process "nginx=$STARTED")
}

wait_for_port() {
	local try
	for try in $(seq 100); do
		if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
		sleep 0.1
	done
	say "bench: nothing listens on port $1 after $((try / 10)) s"
	exit 1
}

# measure ROW TARGET KIND ROOMS MEMBERS LOAD-OPTION...: a line for each step goes to the results.
measure() {
	local row=$1 target=$2 kind=$3 rooms=$4 members=$5 port=$PORT line batches=
	shift 5
	case $target in peer) port=$PEER_PORT ;; nchan) port=$NCHAN_PORT ;; esac
	"start_$target" "$rooms" "$members" "$kind"
	settle
	"$LOAD" --target "$target" --port "$port" --rooms "$rooms" --members "$members" "${PROCESSES[@]}" "$@" >"$WORK/lines"
	if [ "$target" = driftline ]; then batches=$(lines_a_batch); fi
	while read -r line; do
		printf 'row=%s target=%s %s%s\n' "$row" "$target" "$line" "$batches" | tee -a "$RESULTS" >&2
	done <"$WORK/lines"
	stop
}

lines_a_batch() {
	curl -sf --unix-socket "$RUN/internal.sock" http://driftline/metrics |
		awk '$1 ~ /append_batches_total/ { b = $2 } $1 ~ /append_lines_total/ { l = $2 } END { if (b > 0) printf " lines_a_batch=%.0f", l / b }'
}

# One row a commit, by 32 clients: what the database does with nothing around it.
measure_insert() {
	admin -d peer -c 'set client_min_messages = warning; drop table if exists bare' \
		-c 'create table bare (id bigserial primary key, room text, body text, at timestamptz default now())' -c checkpoint
	pgbench -n -h "$RUN" -U postgres -M prepared -c 32 -j 2 -T "$SECONDS_EACH" -f "$HERE/insert.sql" peer 2>/dev/null |
		awk '/^tps/ { print "row=insert target=postgres messages_s=" $3 }' | tee -a "$RESULTS" >&2
}

round() {
	local row=$1 target
	for target in driftline peer nchan; do
		case $row in
		pairs) measure pairs "$target" private 500 2 --senders 2 --seconds "$SECONDS_EACH" ;;
		one) measure one "$target" group 1 1000 --senders 1,2,4,8,16 --seconds "$((SECONDS_EACH / 2))" --warm-up 1 ;;
		rooms) measure rooms "$target" group 100 20 --senders 1,5,20 --seconds "$((SECONDS_EACH / 2))" --warm-up 1 ;;
		idle) measure idle "$target" private 5250 2 --idle 10000 ;;
		*) say "bench: there is no row $row" && exit 2 ;;
		esac
	done
	if [ "$row" = pairs ]; then measure_insert; fi
}

# result ROW TARGET COMMAND...: what the command prints goes to the results.
result() {
	local row=$1 target=$2
	shift 2
	"$@" >"$WORK/line"
	printf 'row=%s target=%s %s\n' "$row" "$target" "$(cat "$WORK/line")" | tee -a "$RESULTS" >&2
}

# Avatars a second, beside chat.
measure_uploads() {
	settle
	result uploads driftline node "$HERE/uploads.mjs" --port "$PORT" --process "$(supervised media)"
}

# The first page in Chromium on a slow network, by a link of ours and by DevTools' throttling.
measure_start() {
	local link
	for link in slow-3g devtools; do
		settle
		result start "$link" node "$HERE/start.mjs" --port "$PORT" --link "$link"
	done
}

# A long chat in Chromium, by its tracing.
measure_scroll() {
	settle
	result scroll driftline node "$HERE/scroll.mjs" --port "$PORT" --lines "${BENCH_SCROLL:-10000}"
}

# What only reads, in a database that is full.
measure_reads() {
	local row=$1 reads=("node" "$HERE/reads.mjs" "$1" --port "$PORT")
	case $row in
	search)
		"$HERE/fill.sh" rooms "${BENCH_ROOMS:-1000000}" >&2
		admin -d driftline -A -t -f "$HERE/queries.sql" >"$WORK/queries"
		settle
		result search driftline "${reads[@]}" --queries "$WORK/queries"
		result search scan admin -d driftline -A -t -f "$HERE/scan.sql"
		;;
	history)
		"$HERE/fill.sh" messages "${BENCH_LINES:-10000000}" >&2
		settle
		result history driftline "${reads[@]}" --token bench-messages --room bench-messages --lines "${BENCH_LINES:-10000000}"
		;;
	export)
		"$HERE/fill.sh" export "${BENCH_EXPORT:-1000000}" >&2
		settle
		result export driftline "${reads[@]}" --token bench-export --room bench-export --process "$(supervised api)"
		;;
	esac
}

main() {
	local row number
	prepare
	for row in "${ROWS[@]}"; do
		case $row in
		search | history | export)
			say "bench: $row"
			measure_reads "$row"
			continue
			;;
		uploads)
			say "bench: $row"
			measure_uploads
			continue
			;;
		start)
			say "bench: $row"
			measure_start
			continue
			;;
		scroll)
			say "bench: $row"
			measure_scroll
			continue
			;;
		esac
		for number in $(seq "$ROUNDS"); do
			say "bench: $row, round $number of $ROUNDS"
			round "$row"
		done
	done
	node "$HERE/report.mjs" "$RESULTS"
}

main
