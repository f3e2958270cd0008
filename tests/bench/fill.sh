#!/usr/bin/env bash
# Fills a database with as much as a large service has, straight by SQL, and says how far it is.
#
#   tests/bench/fill.sh rooms 1000000       open groups of one, with words of two languages, as often as words are used
#   tests/bench/fill.sh messages 10000000   lines in the room bench-messages
#   tests/bench/fill.sh export 1000000      lines in the room bench-export
#
# Into the database of the service in DRIFTLINE_STATE, or the one that PGHOST and PGDATABASE name; by a superuser, since
# the triggers' work is done in bulk. Of lines only those that lack are added. The token bench-messages (bench-export) is
# the session of the room's owner.
set -Eeuo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/fill"

what=${1-} count=${2-}
[[ $what =~ ^(rooms|messages|export)$ && $count =~ ^[1-9][0-9]*$ ]] || {
	sed -n '2,11s/^# \{0,1\}//p' ../fill.sh >&2
	exit 2
}
if [ -z "${PGHOST-}" ]; then
	RUN=$("../../../deploy.sh" status | awk '$1 == "sockets" { print $2 }')
	export PGHOST=$RUN PGUSER=postgres PGDATABASE=driftline
fi
run() { PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 "$@"; }
say() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

case $what in
rooms)
	run -v rooms="$count" -f rooms.sql | while read -r line; do say "$line"; done
	;;
*)
	run -v room="bench-$what" -f lines_room.sql
	step=200000
	while
		left=$((count - $(run -A -t -c "select last_seq from driftline.room where id = 'bench-$what'")))
		[ "$left" -gt 0 ]
	do
		run -v room="bench-$what" -v lines=$((left < step ? left : step)) -f lines.sql
		say "$what: $((left < step ? 0 : left - step)) to go"
	done
	run -c 'vacuum (analyze) driftline.roomrecord'
	;;
esac
say "$what: done"
