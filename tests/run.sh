#!/usr/bin/env bash
# Runs the suites, all of them or those named: unit sanitize sql lint deploy client api journeys applet faults.
# Those that need a service get one of their own, in a folder of its own, on a free port, with the limits off, and it is
# taken down in the end. DRIFTLINE_TEST_KEEP=1 leaves it running, and says where.
set -Eeuo pipefail
cd "$(dirname -- "$0")/.."

PROGRAMS=(api auth media admin)
ALL=(lint unit sql client api journeys applet faults deploy sanitize)
SERVICE=
PASSED=()
FAILED=()

service() {
	[ -z "$SERVICE" ] || return 0
	SERVICE=$(mktemp -d "${TMPDIR:-/tmp}/driftline-test.XXXXXX")
	chmod 755 "$SERVICE"
	export DRIFTLINE_STATE=$SERVICE/state
	export DRIFTLINE_PORT=${DRIFTLINE_TEST_PORT:-$(free_port)}
	DRIFTLINE_ADMIN_PORT=$(free_port)
	export DRIFTLINE_ADMIN_PORT
	local limit
	for limit in $(build/config --table | sed -n 's/^\(DRIFTLINE_LIMIT_[A-Z_]*\).*/\1/p'); do export "$limit=0"; done
	./deploy.sh up
	export DRIFTLINE_TEST_BASE=http://127.0.0.1:$DRIFTLINE_PORT
}

service_end() {
	local status=$?
	[ -n "$SERVICE" ] || return "$status"
	if [ "${DRIFTLINE_TEST_KEEP:-}" = 1 ]; then
		echo "left running: $DRIFTLINE_TEST_BASE, DRIFTLINE_STATE=$DRIFTLINE_STATE"
	else
		[ "$status" = 0 ] || ./deploy.sh logs | tail -n 60
		./deploy.sh down >/dev/null && rm -rf "$SERVICE"
	fi
	return "$status"
}
trap service_end EXIT

free_port() {
	node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })'
}

# All of a folder's packages: `up` brings what building needs alone.
node_packages() { make -s "$1/node_modules/.complete"; }

suite_unit() { make -s unit; }
# The unit tests, and the API's against the programs built with AddressSanitizer and UBSan: they end at a finding.
suite_sanitize() {
	local program
	make -s sanitize
	node_packages tests
	service
	for program in "${PROGRAMS[@]}"; do
		install -m 755 "build/sanitize/$program" "$DRIFTLINE_STATE/bin/$program"
		./deploy.sh restart "$program"
	done
	node --test tests/api/*.test.mjs
	for program in "${PROGRAMS[@]}"; do
		install -m 755 "build/$program" "$DRIFTLINE_STATE/bin/$program"
		ended "$program"
	done
	./deploy.sh restart # until all are ready; by then what the others said stands in the logs
	if grep -ahE -A 30 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$DRIFTLINE_STATE"/log/{api,auth,media,admin}/*; then return 1; fi
}
# Ends a program, which its supervisor starts again, and waits for it: what it leaks is told at its end. By SIGTERM alone: the
# SIGCONT that `restart` sends after it would undo the stop by which the leak checker holds the threads, and it waits for ever.
ended() {
	local pid
	pid=$(<"$DRIFTLINE_STATE/service/$1/supervise/pid")
	kill "$pid"
	timeout 60 tail --pid="$pid" -f /dev/null || { echo "$1 does not end" >&2 && return 1; }
}
suite_sql() { make -s sql; }
suite_lint() { make -s lint; }
suite_deploy() { node_packages tests && node --test tests/deploy/*.test.mjs; }
suite_client() { node_packages applet && (cd applet && npm test --silent); }
suite_api() { node_packages tests && service && node --test tests/api/*.test.mjs; }
suite_journeys() { node_packages tests && service && node --test tests/e2e/*.test.mjs; }
suite_applet() { node_packages applet && node_packages tests && service && (cd applet && npm run --silent test:built && npm run --silent test:mp); }
# One file after the other: each kills what the next one needs.
suite_faults() {
	local file
	node_packages tests && service
	for file in tests/faults/*.test.mjs; do node --test "$file"; done
}

suites=("$@")
[ $# -gt 0 ] || suites=("${ALL[@]}")
make -s all
for name in "${suites[@]}"; do
	declare -F "suite_$name" >/dev/null || { echo "there is no suite $name: ${ALL[*]}" >&2 && exit 2; }
	printf '\n=== %s\n' "$name"
	began=$SECONDS
	# In a shell of its own, so that whatever fails in it ends it; the service is made outside, to be shared.
	case $name in api | journeys | applet | faults | sanitize) service ;; esac
	set +e # in the condition of an `if` bash would go on after a failure, whatever the shell inside has set
	(set -e && "suite_$name")
	status=$?
	set -e
	if [ "$status" = 0 ]; then PASSED+=("$name"); else FAILED+=("$name"); fi
	printf -- '--- %s: %d s\n' "$name" $((SECONDS - began))
done
printf '\nSuites: %d passed, %d failed\n' ${#PASSED[@]} ${#FAILED[@]}
printf '%s\n' "${FAILED[*]}" >build/failed
[ ${#FAILED[@]} -eq 0 ] || { echo "failed: ${FAILED[*]}" && exit 1; }
