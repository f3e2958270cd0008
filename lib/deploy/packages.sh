# shellcheck shell=bash
# Debian's packages: only what is missing, and without starting anybody's services. Sourced by deploy.sh.

POLICY=/usr/sbin/policy-rc.d
POLICY_KEPT=/usr/sbin/policy-rc.d.before-driftline
CLUSTERS=/etc/postgresql-common/createcluster.d/driftline.conf
MARK='# for the while that Driftline installs packages'

# Debian starts services as it installs them, and makes a database cluster: not now.
hold_services() {
	if [ -e "$POLICY" ] && ! grep -qsF "$MARK" "$POLICY"; then mv "$POLICY" "$POLICY_KEPT"; fi
	printf '#!/bin/sh\n%s\nexit 101\n' "$MARK" >"$POLICY"
	chmod 755 "$POLICY"
	if ! is_installed postgresql-15; then
		mkdir -p "${CLUSTERS%/*}"
		printf '%s\ncreate_main_cluster = false\n' "$MARK" >"$CLUSTERS"
	fi
}

release_services() {
	is_root || return 0
	if grep -qsF "$MARK" "$POLICY"; then rm -f "$POLICY"; fi
	if [ -e "$POLICY_KEPT" ]; then mv "$POLICY_KEPT" "$POLICY"; fi
	if grep -qsF "$MARK" "$CLUSTERS"; then rm -f "$CLUSTERS"; fi
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

apt_install() {
	export DEBIAN_FRONTEND=noninteractive
	local options=(-y -q --no-install-recommends -o Dpkg::Options::=--force-confold)
	hold_services
	if ! apt-get install "${options[@]}" --simulate "$@" >/dev/null 2>&1; then apt-get update -q; fi
	apt-get install "${options[@]}" "$@"
	release_services
}

# install PACKAGE...: those that are missing.
install() {
	local missing=() package installed
	command -v dpkg-query >/dev/null ||
		fail "packages cannot be installed" "this is not Debian" "use Debian 12, or a container of it"
	installed=$(dpkg-query -W -f ' ${Package}=${db:Status-Status} ' "$@" 2>/dev/null || true)
	for package in "$@"; do [[ $installed == *" $package=installed "* ]] || missing+=("$package"); done
	[ ${#missing[@]} -gt 0 ] || return 0
	if is_root; then
		say "  packages that are missing: ${missing[*]}"
		step "installing them" apt_install "${missing[@]}"
	elif command -v sudo >/dev/null; then
		say "  packages are missing (${missing[*]}): asking sudo"
		sudo -- "$ROOT/deploy.sh" packages "${missing[@]}" ||
			fail "packages are missing: ${missing[*]}" "sudo did not install them" "as root: apt-get install ${missing[*]}"
	else
		fail "packages are missing: ${missing[*]}" "installing them takes root, and there is no sudo" \
			"as root: ./deploy.sh packages ${missing[*]}"
	fi
}

# Node from anywhere does; only where there is none, Debian's.
install_node() {
	local major
	if ! command -v node >/dev/null; then install nodejs; fi
	if ! command -v npm >/dev/null; then install npm; fi
	major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || major=0
	[ "$major" -ge 18 ] || fail "the client cannot be built" "its tools need Node 18 or newer, and $(command -v node) is $(node -v)" \
		"take the older one off the PATH, or install a newer one"
}
