# shellcheck shell=bash
# What deploy.sh says: progress, failures with what to do, quoting. Sourced by deploy.sh.

say() { printf '%s\n' "$*" 2>/dev/null || true; }

# fail WHAT WHY WHAT-TO-DO
fail() {
	printf '\ndriftline: %s\n' "$1" >&2
	[ -z "${2-}" ] || printf '  why:  %s\n' "$2" >&2
	[ -z "${3-}" ] || printf '  do:   %s\n' "$3" >&2
	exit 1
}

# A command that failed where none was expected to.
unexpected() {
	local status=$? line=${BASH_LINENO[0]}
	[ "$BASH_SUBSHELL" -eq 0 ] || return 0
	fail "deploy.sh stopped at its line $line" "$BASH_COMMAND: status $status" "run it again; if that does not help, this is a bug"
}

# What to do about a step that failed, by what it printed.
remedy() {
	if grep -qiE 'no space left|ENOSPC|disk full|not enough free space' "$1"; then
		say "make room on the disk ($(df -Ph "$ROOT" | awk 'NR == 2 { print $4 " free at " $6 }')), then run it again"
	elif grep -qE 'Unable to locate package|no installation candidate' "$1"; then
		say "this needs Debian 12's packages: look at /etc/apt/sources.list.d, run apt-get update, then run it again"
	elif grep -qiE 'temporary failure resolving|could not resolve|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|Failed to fetch' "$1"; then
		say "look at the network (or its proxy settings), then run it again"
	elif grep -qiE 'self.signed certificate|unable to get .*issuer certificate|CERT_' "$1"; then
		say "something on the way shows a certificate of its own: if that is meant to be, name its authority in NODE_EXTRA_CA_CERTS"
	elif grep -qE 'Could not get lock|dpkg was interrupted' "$1"; then
		say "let the other package manager finish (or run dpkg --configure -a), then run it again"
	elif grep -qE 'EACCES|Permission denied' "$1"; then
		say "look at who owns the files named above, then run it again"
	else
		say "${2:-see the lines above; once that is put right, run it again}"
	fi
}

# step WHAT COMMAND...: runs it quietly, with a line when it is done and one every
# 15 seconds until then. If it fails, its last lines, and the end.
step() {
	local what=$1 began=$SECONDS status=0 clock
	shift
	(
		exec 8>&- 9>&-
		exec {silence}<> <(:) # reading it lasts as long as one says, without a process
		while ! read -rt 15 -u "$silence"; do say "  … $what: $((SECONDS - began)) s"; done
	) &
	clock=$!
	# not after ||, where set -e would not hold in what is run
	trap - ERR
	set +e
	(
		set -e
		"$@"
	) >"$OUTPUT" 2>&1
	status=$?
	set -e
	trap unexpected ERR
	kill "$clock" 2>/dev/null || true
	wait "$clock" 2>/dev/null || true
	if [ "$status" -ne 0 ]; then
		tail -n 25 "$OUTPUT" | sed 's/^/    | /' >&2
		fail "$what failed (status $status)" \
			"$(grep -m 1 -iE 'no space left|^E: |error:|fatal|failed|cannot|denied|npm error' "$OUTPUT" | cut -c 1-300)" "$(remedy "$OUTPUT")"
	fi
	say "  $what: $((SECONDS - began)) s"
}

is_root() { [ "$EUID" -eq 0 ]; }

digest() { sha256sum | cut -c 1-64; }

# Runs as one of the unprivileged users; as whoever we are when that isn't root.
as() {
	local user=$1
	shift
	if is_root; then
		chpst -u "$user:driftline" "$@"
	else
		"$@"
	fi
}
