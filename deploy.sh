#!/usr/bin/env bash
# Driftline's set-up. `./deploy.sh help` lists the commands, which are the
# command_x functions below with the comments above them.
#
# Everything of a running Driftline is in its state folder (var/ or
# DRIFTLINE_STATE) and in its folder of sockets; a runit tree in the state
# folder keeps the parts up: postgres, api, auth, media, admin, nginx. Nothing here touches the
# services of the system.

set -Eeuo pipefail
umask 022
export LC_ALL=C.UTF-8

ROOT=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
GIVEN_STATE=${DRIFTLINE_STATE:-$ROOT/var}
export DRIFTLINE_STATE=$GIVEN_STATE

BUILD_PACKAGES=(gcc make libc6-dev pkg-config libfcgi-dev libpq-dev libjson-c-dev libssl-dev
	libicu-dev libcurl4-openssl-dev libqrencode-dev libjpeg62-turbo-dev libpng-dev libwebp-dev libgif-dev
	libmpg123-dev libseccomp-dev libvectorscan-dev)
RUN_PACKAGES=(nginx libnginx-mod-nchan postgresql-15 postgresql-client-15 runit curl openssl
	ca-certificates procps)
TEST_PACKAGES=(git iproute2 chromium fonts-noto-cjk fonts-noto-color-emoji postgresql-15-pgtap postgresql-15-plpgsql-check libcmocka-dev
	shellcheck shfmt clang clang-format clang-tidy cppcheck libclang-rt-14-dev)
HANDLERS=(api auth media admin)
SOCKETS_SUFFIX=/.s.PGSQL.5432
OUTPUT=
SECONDS=0

# shellcheck source=lib/deploy/say.sh
. "$ROOT/lib/deploy/say.sh"
# shellcheck source=lib/deploy/packages.sh
. "$ROOT/lib/deploy/packages.sh"
# shellcheck source=lib/deploy/places.sh
. "$ROOT/lib/deploy/places.sh"
# shellcheck source=lib/deploy/client.sh
. "$ROOT/lib/deploy/client.sh"
# shellcheck source=lib/deploy/database.sh
. "$ROOT/lib/deploy/database.sh"
# shellcheck source=lib/deploy/parts.sh
. "$ROOT/lib/deploy/parts.sh"
# shellcheck source=lib/deploy/nginx.sh
. "$ROOT/lib/deploy/nginx.sh"
# shellcheck source=lib/deploy/admin.sh
. "$ROOT/lib/deploy/admin.sh"
# shellcheck source=lib/deploy/pages.sh
. "$ROOT/lib/deploy/pages.sh"
# shellcheck source=lib/deploy/running.sh
. "$ROOT/lib/deploy/running.sh"

### The commands

# up [--no-client]: Installs what is missing, builds, makes the database, starts
#     everything and waits until it is ready. Run it again after a change: it does
#     what is needed. --no-client leaves the client as it was built before.
command_up() {
	say "Driftline in $GIVEN_STATE"
	install "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}"
	# one at a time in a checkout, however many set-ups are made from it
	mkdir -p -- "$ROOT/build"
	exec 8>>"$ROOT/build/lock"
	flock 8
	step "building the service" make -s -C "$ROOT"
	settings
	places
	check_ports
	if [ "${1-}" != --no-client ]; then build_client; fi
	exec 8>&-
	apply
	say ""
	say "$STANDS after $SECONDS s: $(address)"
	say "  to stop it: $([ "$GIVEN_STATE" = "$ROOT/var" ] || say "DRIFTLINE_STATE='$GIVEN_STATE' ")'$ROOT/deploy.sh' down"
	say "  its settings: $GIVEN_STATE/driftline.conf"
	say "  to look after it: '$ROOT/driftctl' --help"
}

# down: Stops everything that `up` started. Data stay.
command_down() {
	local dir service
	trap '' PIPE # nobody reads what it says: no reason to stop half-way
	need_state
	lock
	if supervisor_runs; then
		kill -TERM "$(supervisor_pid)"
		wait_for 100 eval '! supervisor_runs' || true
	fi
	for service in nginx "${HANDLERS[@]}" postgres; do
		dir=$STATE/service/$service
		[ -d "$dir" ] || continue
		if sv status "$dir" >/dev/null 2>&1; then
			sv -w 30 force-shutdown "$dir" >/dev/null 2>&1 || true
			say "  $service stopped"
		fi
		"$STATE/service/replace" "$dir/process" INT 0
	done
	rm -f -- "$STATE/service/supervisor"
	if [ -d "$RUN" ]; then
		rm -f -- "$RUN"/{api,auth,media,admin-cgi}.sock "$RUN/abuse"
		# those of an nginx that is the operator's stay its own: it makes them once, when it starts
		if [ "$DRIFTLINE_NGINX" = on ]; then rm -f -- "$RUN"/{admin,publish,internal}.sock; fi
		rmdir -- "$RUN" 2>/dev/null || true
	fi
	say "Driftline is down; its data are in $STATE"
}

# status: Says how each part is; the exit status is 0 only if all is well.
command_status() {
	local service line bad=0
	need_state
	for service in "${SERVICES[@]}"; do
		line=$(sv status "$STATE/service/$service" 2>&1 | cut -d ';' -f 1 || true)
		case $line in
		run:*) line="runs ($(sed -E 's/.*\(pid ([0-9]+)\) ([0-9]+)s.*/process \1, \2 s/' <<<"$line"))" ;;
		*) line='is down' bad=3 ;;
		esac
		printf '%-9s %s\n' "$service" "$line"
	done
	if ready; then line=yes; else line=no bad=3; fi
	printf '%-9s %s\n' ready "$line" address "$(address)" sockets "$RUN" state "$STATE"
	exit $bad
}

# logs [PART] [-f]: Shows the last lines of all parts, or of one; -f goes on.
command_logs() {
	local part='' options=(-n 100) argument
	need_state
	for argument; do
		case $argument in
		-f) options+=(-F) ;;
		*) part=$argument ;;
		esac
	done
	[ -z "$part" ] || [ -d "$STATE/log/$part" ] || fail "there is no part $part" "" "name one of ${SERVICES[*]}"
	if [ -n "$part" ]; then
		hand_over tail "${options[@]}" -- "$STATE/log/$part/current"
	fi
	hand_over tail "${options[@]}" -- "$STATE"/log/*/current
}

# restart [PART]: Stops and starts all parts, or one: postgres, api, auth, media, admin or nginx.
command_restart() {
	local service chosen
	need_state
	lock
	supervisor_runs || fail "Driftline is not up" "" "./deploy.sh up"
	chosen=("${SERVICES[@]}")
	if [ -n "${1-}" ]; then chosen=("$1"); fi
	for service in "${chosen[@]}"; do
		[ -d "$STATE/service/$service" ] || fail "there is no part $service" "" "name one of ${SERVICES[*]}"
		sv -w 30 restart "$STATE/service/$service" >/dev/null || fail "$service does not restart" "" "./deploy.sh logs $service"
		say "  $service restarted"
	done
	wait_ready
}

# reload: Takes up changed settings and a renewed certificate. Only parts that they
#         concern are restarted; nginx is reloaded.
command_reload() {
	settings
	places
	supervisor_runs || fail "Driftline is not up" "" "./deploy.sh up"
	check_ports
	apply
	say "$STANDS: $(address)"
}

# psql [ARGUMENT...]: Opens psql on the database, as its owner.
command_psql() {
	need_state
	local url=${DRIFTLINE_DATABASE_OWNER_URL:-$DRIFTLINE_DATABASE_URL}
	if [ -z "$url" ]; then url="host='$RUN' dbname=driftline user=driftline_owner"; fi
	hand_over psql "$url" "$@"
}

# packages [PACKAGE...]: Only installs packages: those named, else all that `up` needs.
command_packages() {
	if [ $# -eq 0 ]; then set -- "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}"; fi
	install "$@"
}

# test [SUITES="unit api …"]: Installs what the tests need and runs them (make test).
command_test() {
	install "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
	install_node
	unset DRIFTLINE_STATE
	hand_over make -C "$ROOT" test "$@"
}

# help: Shows this.
command_help() {
	say "usage: ./deploy.sh COMMAND"
	say ""
	awk '
		/^# [a-z]+( \[.*\])?: / || (said && /^#     /) { sub(/^# /, ""); said = said "  " $0 "\n"; next }
		/^command_[a-z]+\(\)/ { printf "%s", said }
		{ said = "" }
	' "${BASH_SOURCE[0]}"
	say ""
	say "Settings are in docs/configuration.md."
}

# Ends as another program, which would not clean up for this one.
hand_over() {
	rm -f -- "$OUTPUT"
	exec "$@"
}

main() {
	local command=${1:-help}
	[ $# -eq 0 ] || shift
	if ! declare -F "command_$command" >/dev/null; then
		command_help >&2
		fail "there is no command $command" "" "use one of those above"
	fi
	OUTPUT=$(mktemp)
	trap 'rm -f -- "$OUTPUT"; release_services' EXIT
	trap unexpected ERR
	"command_$command" "$@"
}

main "$@"
