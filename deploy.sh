#!/usr/bin/env bash
# Driftline's set-up. `./deploy.sh help` lists the commands, which are the
# command_x functions below with the comments above them.
#
# Everything of a running Driftline is in its state folder (var/ or
# DRIFTLINE_STATE) and in its folder of sockets; a runit tree in the state
# folder keeps the parts up: postgres, api, auth, nginx. Nothing here touches the
# services of the system.

set -Eeuo pipefail
umask 022
export LC_ALL=C.UTF-8

ROOT=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
GIVEN_STATE=${DRIFTLINE_STATE:-$ROOT/var}
export DRIFTLINE_STATE=$GIVEN_STATE

BUILD_PACKAGES=(gcc make libc6-dev pkg-config libfcgi-dev libpq-dev libjson-c-dev libssl-dev
	libicu-dev libcurl4-openssl-dev)
RUN_PACKAGES=(nginx libnginx-mod-nchan postgresql-15 postgresql-client-15 runit curl openssl
	ca-certificates procps)
TEST_PACKAGES=(git iproute2 chromium fonts-noto-cjk fonts-noto-color-emoji postgresql-15-pgtap postgresql-15-plpgsql-check libcmocka-dev
	shellcheck shfmt clang clang-format clang-tidy cppcheck libclang-rt-14-dev)
HANDLERS=(api auth)
SOCKETS_SUFFIX=/.s.PGSQL.5432
OUTPUT=
SECONDS=0

### What is said

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

is_root() { [ "$(id -u)" -eq 0 ]; }

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

### Packages

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
	local missing=() package
	command -v dpkg-query >/dev/null ||
		fail "packages cannot be installed" "this is not Debian" "use Debian 12, or a container of it"
	for package in "$@"; do is_installed "$package" || missing+=("$package"); done
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

### Settings and places

# Sets the DRIFTLINE_ variables, STATE, RUN and the rest that follows from them.
settings() {
	local lines
	if [ -z "${DRIFTLINE_CONFIG-}" ]; then unset DRIFTLINE_CONFIG; fi
	lines=$("$ROOT/build/config" 2>&1) || fail "the settings are not right" "${lines#config: }" \
		"put it right in ${DRIFTLINE_CONFIG:-$GIVEN_STATE/driftline.conf} or in the environment; docs/configuration.md tells what each may be"
	eval "$lines"
	STATE=$DRIFTLINE_STATE
	if [ -e "$STATE" ]; then STATE=$(cd -P -- "$STATE" && pwd); fi
}

# The sockets' folder needs a short path (107 bytes in all) that the users reach.
places() {
	local hash base=/run
	hash=$(printf %s "$STATE" | digest)
	is_root || base=${XDG_RUNTIME_DIR:-/tmp}
	RUN=${DRIFTLINE_RUN:-$base/driftline-${hash:0:12}}
	[ $((${#RUN} + ${#SOCKETS_SUFFIX})) -le 107 ] || fail "the sockets cannot be made" \
		"$RUN is longer than a unix socket's path may be" "set DRIFTLINE_RUN to a shorter folder"
	if is_root; then
		DB_USER=driftline-db HANDLER_USER=driftline WEB_USER=driftline-web
	else
		DB_USER=$(id -un) HANDLER_USER=$DB_USER WEB_USER=$DB_USER
	fi
	SERVICES=("${HANDLERS[@]}")
	if [ -z "$DRIFTLINE_DATABASE_URL" ]; then SERVICES=(postgres "${SERVICES[@]}"); fi
	if [ "$DRIFTLINE_NGINX" = on ]; then SERVICES+=(nginx); fi
	CONF=$STATE/nginx
}

make_users() {
	local user
	is_root || return 0
	getent group driftline >/dev/null || groupadd --system driftline
	for user in driftline driftline-db driftline-web; do
		getent passwd "$user" >/dev/null || useradd --system --no-create-home --home-dir /nonexistent \
			--shell /usr/sbin/nologin --gid driftline "$user"
	done
}

# Below a home of mode 0700 the unprivileged users cannot get at the state: then
# it is in /var/lib, and a link stands in its place.
make_state() {
	local parent=$GIVEN_STATE real
	[ "${parent:0:1}" = / ] || fail "DRIFTLINE_STATE=$parent cannot be used" "it is no full path" "begin it with /"
	if [ ! -L "$GIVEN_STATE" ] && is_root; then
		while [ ! -d "$parent" ]; do parent=$(dirname -- "$parent"); done
		if ! chpst -u driftline test -x "$parent"; then
			real=/var/lib/driftline-$(printf %s "$GIVEN_STATE" | digest | cut -c 1-12)
			if [ -d "$GIVEN_STATE" ]; then
				rmdir -- "$GIVEN_STATE" || fail "$GIVEN_STATE cannot be used" \
					"it is not empty, and unprivileged users cannot get at it" "move it away, or choose another DRIFTLINE_STATE"
			fi
			mkdir -p -- "$real" "$(dirname -- "$GIVEN_STATE")"
			ln -s -- "$real" "$GIVEN_STATE"
			say "  the state is in $real, because other users cannot get to $GIVEN_STATE (a link to it)"
		fi
	fi
	mkdir -p -- "$GIVEN_STATE" 2>"$OUTPUT" || fail "$GIVEN_STATE cannot be made" "$(<"$OUTPUT")" "choose another DRIFTLINE_STATE"
	STATE=$(cd -P -- "$GIVEN_STATE" && pwd)
}

# Whoever it is for may read it, no one else.
own() {
	local owner=$1 mode=$2
	shift 2
	if is_root; then chown "$owner" -- "$@"; fi
	chmod "$mode" -- "$@"
}

make_folders() {
	local service
	mkdir -p -- "$STATE"/{bin,nginx/tmp,secrets,tls,service,log,www} "$RUN"
	if [ ! -O "$RUN" ] || [ -L "$RUN" ]; then
		fail "the folder of sockets cannot be used" "$RUN belongs to somebody else" "set DRIFTLINE_RUN to a folder of your own"
	fi
	if is_root; then own root:driftline 3770 "$RUN"; else chmod 700 "$RUN"; fi
	own "$HANDLER_USER:" 700 "$STATE/secrets"
	own "$WEB_USER:" 700 "$STATE/tls" "$STATE/nginx/tmp"
	for service in "${SERVICES[@]}"; do
		mkdir -p -- "$STATE/log/$service"
		own "$(service_user "$service"):" 700 "$STATE/log/$service"
	done
	printf 's1000000\nn10\n' >"$STATE/log/.config"
	for service in "${SERVICES[@]}"; do cp -- "$STATE/log/.config" "$STATE/log/$service/config"; done
	if [ ! -s "$STATE/secrets/pepper" ]; then
		(umask 077 && openssl rand -hex 32 >"$STATE/secrets/pepper.new")
		mv -- "$STATE/secrets/pepper.new" "$STATE/secrets/pepper"
	fi
	own "$HANDLER_USER:" 400 "$STATE/secrets/pepper"
	if [ ! -e "$STATE/driftline.conf" ]; then
		"$ROOT/build/config" --example >"$STATE/driftline.conf"
		chmod 600 "$STATE/driftline.conf"
	fi
}

service_user() {
	case $1 in
	postgres) say "$DB_USER" ;;
	nginx) say "$WEB_USER" ;;
	*) say "$HANDLER_USER" ;;
	esac
}

# put FILE: standard input into it, only if that changes it.
put() {
	local file=$1
	cat >"$file.new"
	if cmp -s -- "$file.new" "$file"; then
		rm -- "$file.new"
	else
		mv -- "$file.new" "$file"
	fi
}

check_disk() {
	local free
	free=$(df -Pk -- "$STATE" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge 300000 ] || fail "there is too little room for the database" \
		"$((free / 1024)) MiB are free at $STATE, and it wants 300" "make room there, or choose another DRIFTLINE_STATE"
}

# ADDRESS:PORT of each public listener.
listeners() {
	local address port
	for port in "$DRIFTLINE_PORT" "$DRIFTLINE_REDIRECT_PORT"; do
		[ "$port" != 0 ] || continue
		for address in $DRIFTLINE_LISTEN; do
			case $address in
			localhost) address=127.0.0.1 ;;
			\[*) ;;
			*:*) address="[$address]" ;;
			esac
			say "$address:$port"
		done
	done
}

# Before anything is started: is it free, or is it ours already?
check_ports() {
	local socket answer holder
	[ "$DRIFTLINE_NGINX" = on ] || return 0
	for socket in $(listeners); do
		if { is_running nginx || lives nginx; } && grep -qsxF -- "$socket" "$STATE/service/nginx/listeners"; then continue; fi
		answer=$("$ROOT/build/listen" --check "$socket" 2>&1) && continue
		holder=$(ss -Hltnp "sport = :${socket##*:}" 2>/dev/null | grep -o 'users:.*' | head -n 1 || true)
		case $answer in
		*"in use"*) answer="another program listens there already${holder:+: $holder}" ;;
		*"ermission denied"*) answer="a port below 1024 takes root" ;;
		*) answer=${answer##*: } ;;
		esac
		fail "$socket cannot be listened on" "$answer" "choose another port: DRIFTLINE_PORT=8081 ./deploy.sh up, or for good in $GIVEN_STATE/driftline.conf"
	done
}

### The client

client_sources() {
	(cd -- "$ROOT/applet" && find . \( -name node_modules -o -name dist -o -name unpackage -o -name tests \) -prune -o -type f -print0 |
		sort -z | xargs -0 sha256sum)
}

# Debian's npm is of the ninth line, which stumbles over overrides of tagged packages:
# it fetches a newer one for us, beside the programs.
new_npm() {
	local major
	major=$(npm --version | cut -d . -f 1)
	if [ "$major" -ge 10 ]; then return 0; fi
	if [ ! -x "$ROOT/build/npm/node_modules/.bin/npm" ]; then
		mkdir -p -- "$ROOT/build/npm"
		npm install --prefix "$ROOT/build/npm" --no-audit --no-fund --no-save npm@10.9.4
	fi
	PATH=$ROOT/build/npm/node_modules/.bin:$PATH
}

# Dependencies for building only, unless somebody has put in more already.
npm_ci() {
	new_npm
	cd -- "$ROOT/applet"
	if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
		npm ci --omit=dev --no-audit --no-fund
		touch node_modules/.package-lock.json
	fi
}

npm_build() {
	new_npm
	cd -- "$ROOT/applet"
	rm -rf dist/build
	npm run build
	[ -s dist/build/h5/index.html ]
}

build_client() {
	local sources
	if [ ! -e "$ROOT/applet/package.json" ]; then return 0; fi
	sources=$(client_sources | digest)
	if [ "$(cat -- "$ROOT/applet/dist/.sources" 2>/dev/null)" != "$sources" ]; then
		install_node
		step "fetching what the client is built with" npm_ci
		step "building the client, for browsers and as the applet" npm_build
		printf '%s\n' "$sources" >"$ROOT/applet/dist/.sources"
	fi
}

# Pages that are open still ask for the assets they came with: those stay a week.
install_client() {
	local built=$ROOT/applet/dist/build/h5 sources
	[ -d "$built" ] || return 0
	sources=$(cat -- "$ROOT/applet/dist/.sources" 2>/dev/null || echo unknown)
	if [ "$(cat -- "$STATE/www/.sources" 2>/dev/null)" = "$sources" ]; then return 0; fi
	rm -rf -- "$STATE/www.new" "$STATE/www.old"
	cp -R -- "$built" "$STATE/www.new"
	if [ -d "$STATE/www/assets" ]; then
		find "$STATE/www/assets" -type f -mtime -7 -exec cp -pn -t "$STATE/www.new/assets" -- {} +
	fi
	printf '%s\n' "$sources" >"$STATE/www.new/.sources"
	find "$STATE/www.new" -type f \( -name '*.html' -o -name '*.js' -o -name '*.css' -o -name '*.svg' -o -name '*.json' \) \
		-exec gzip -9 -n -k -f -- {} +
	chmod -R a+rX -- "$STATE/www.new"
	if [ -e "$STATE/www" ]; then mv -- "$STATE/www" "$STATE/www.old"; fi
	mv -- "$STATE/www.new" "$STATE/www"
	rm -rf -- "$STATE/www.old"
}

### The database

pg_bin() {
	local version found
	version=$(cat -- "$STATE/pg/PG_VERSION" 2>/dev/null || echo 15)
	found=/usr/lib/postgresql/$version/bin
	[ -x "$found/postgres" ] || fail "PostgreSQL $version is not there" "the database in $STATE/pg was made by it" "install postgresql-$version"
	say "$found"
}

make_cluster() {
	local bin
	bin=$(pg_bin)
	rm -rf -- "$STATE/pg.new"
	mkdir -- "$STATE/pg.new"
	own "$DB_USER:" 700 "$STATE/pg.new"
	cd /
	as "$DB_USER" "$bin/initdb" --pgdata="$STATE/pg.new" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
		--data-checksums --auth=peer
	mv -- "$STATE/pg.new" "$STATE/pg"
}

# Everything over the socket, by who one is: the handlers' user is the handlers'
# role, the administrators are the owner.
configure_cluster() {
	local me
	me=$(id -un)
	put "$STATE/pg/postgresql.conf" <<-END
		# Written by deploy.sh.
		listen_addresses = ''
		unix_socket_directories = '${RUN//\'/\'\'}'
		unix_socket_permissions = 0770
		cluster_name = 'driftline'
		max_connections = $((DRIFTLINE_DB_CONNECTIONS * 2 + 30))
		shared_buffers = 128MB
		max_wal_size = 1GB
		fsync = on
		synchronous_commit = on
		full_page_writes = on
		jit = off
		datestyle = 'iso, ymd'
		timezone = 'UTC'
		log_timezone = 'UTC'
		log_destination = 'stderr'
		log_line_prefix = '%m [%p] '
		log_error_verbosity = terse
		log_statement = none
		log_min_error_statement = panic
		log_parameter_max_length = 0
		log_parameter_max_length_on_error = 0
		log_checkpoints = off
	END
	put "$STATE/pg/pg_hba.conf" <<-END
		# Written by deploy.sh.
		local all all peer map=driftline
	END
	put "$STATE/pg/pg_ident.conf" <<-END
		# Written by deploy.sh. $(is_root || say "All of it runs as $me.")
		driftline $DB_USER postgres
		driftline $DB_USER driftline_owner
		driftline $me postgres
		driftline $me driftline_owner
		driftline $HANDLER_USER driftline_web
	END
	own "$DB_USER:" 600 "$STATE/pg/postgresql.conf" "$STATE/pg/pg_hba.conf" "$STATE/pg/pg_ident.conf"
}

make_database() {
	local admin=(psql -X -q -v ON_ERROR_STOP=1 -h "$RUN" -U postgres -d postgres)
	"${admin[@]}" <<-'END'
		select format('create role %I login', r) from unnest(array['driftline_owner', 'driftline_web']) r
		where not exists (select from pg_roles where rolname = r) \gexec
		select 'create database driftline owner driftline_owner' where not exists (select from pg_database where datname = 'driftline') \gexec
		revoke all on database driftline from public;
		grant connect on database driftline to driftline_web;
	END
}

# A database of the operator's: the handlers' role is one that their user may take on.
make_roles() {
	owner_psql -q <<-'END'
		set client_min_messages = warning;
		select 'create role driftline_web' where not exists (select from pg_roles where rolname = 'driftline_web') \gexec
		select format('grant driftline_web to %I', current_user)
		where not pg_has_role(current_user, 'driftline_web', 'member') \gexec
	END
}

# psql as the owner of it all.
owner_psql() {
	local url=${DRIFTLINE_DATABASE_OWNER_URL:-$DRIFTLINE_DATABASE_URL}
	if [ -z "$url" ]; then url="host='$RUN' dbname=driftline user=driftline_owner"; fi
	PGAPPNAME=deploy psql -X -v ON_ERROR_STOP=1 "$@" "$url"
}

# One transaction: each migration once, the functions when one of them has changed,
# the rights each time.
migration() {
	local file name sum functions
	functions=$(cat -- "$ROOT"/sql/functions/*.sql 2>/dev/null | digest)
	cat <<-'END'
		set client_min_messages = warning;
		\o /dev/null
		begin;
		select pg_advisory_xact_lock(4707206);
		create schema if not exists driftline;
		create table if not exists driftline.migration (
			name text primary key, checksum text not null, applied_at timestamptz not null default now());
	END
	for file in "$ROOT"/sql/[0-9]*.sql; do
		[ -e "$file" ] || continue
		name=$(basename -- "$file" .sql)
		sum=$(digest <"$file")
		printf "select not exists (select from driftline.migration where name = '%s') as pending,\n" "$name"
		printf " exists (select from driftline.migration where name = '%s' and checksum <> '%s') as altered \\\\gset\n" "$name" "$sum"
		printf '\\if :altered\n\\warn %s was changed after it had been applied\n\\endif\n' "$name"
		printf '\\if :pending\n\\warn applying %s\n' "$name"
		printf "\\\\i '%s'\n" "${file//\'/\'\'}"
		printf "insert into driftline.migration (name, checksum) values ('%s', '%s');\n\\\\endif\n" "$name" "$sum"
	done
	printf "select not exists (select from driftline.migration where name = 'functions' and checksum = '%s') as pending \\\\gset\n" "$functions"
	printf '\\if :pending\n\\warn applying functions\n'
	cat <<-'END'
		do $$ declare f regprocedure; begin
			for f in select p.oid from pg_proc p where p.pronamespace = to_regnamespace('api') loop
				execute format('drop routine %s cascade', f);
			end loop;
		end $$;
	END
	for file in "$ROOT"/sql/functions/*.sql; do
		[ -e "$file" ] || continue
		printf "\\\\i '%s'\n" "${file//\'/\'\'}"
	done
	printf "insert into driftline.migration (name, checksum) values ('functions', '%s')\n" "$functions"
	printf 'on conflict (name) do update set checksum = excluded.checksum, applied_at = now();\n\\endif\n'
	if [ -e "$ROOT/sql/grants.sql" ]; then printf "\\\\i '%s'\n" "$(printf %s "$ROOT/sql/grants.sql" | sed "s/'/''/g")"; fi
	printf 'commit;\n'
}

migrate() {
	local script
	script=$(migration)
	owner_psql -q -t <<<"$script"
}

### The parts, each a service of runit

quote() { printf %q "$1"; }

# replace FILE SIGNAL PID: ends the process that FILE names, if it is still that one,
# and puts PID in its place. A supervisor that was killed leaves its process behind.
write_replace() {
	put "$STATE/service/replace" <<-'END'
		#!/bin/sh
		born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
		read -r pid birth 2>/dev/null <"$1"
		signal=$2
		i=0
		while [ -n "$birth" ] && [ "$pid" != "$3" ] && [ "$(born "$pid")" = "$birth" ]; do
			[ $i -lt 100 ] || signal=KILL
			[ $((i % 100)) -ne 0 ] || kill -s "$signal" "$pid"
			sleep 0.1
			i=$((i + 1))
		done
		echo "$3 $(born "$3")" >"$1"
	END
	chmod 755 "$STATE/service/replace"
}

# write_service NAME SIGNAL: run and log/run. What it reads from standard input is the
# part that follows the common beginning of run; SIGNAL ends it.
write_service() {
	local name=$1 signal=$2 dir=$STATE/service/$1 path=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
	if [ ! -d "$dir" ]; then
		mkdir -p -- "$dir/log" "$dir/control"
		touch -- "$dir/down" # until it is first started
	fi
	put "$dir/run" <<-END
		#!/bin/sh
		exec 2>&1 </dev/null
		cd /
		ulimit -n "\$(ulimit -H -n)" 2>/dev/null
		export PATH=$path LC_ALL=C.UTF-8
		$(quote "$STATE/service/replace") $(quote "$dir/process") $signal \$\$
		$(cat)
	END
	put "$dir/log/run" <<-END
		#!/bin/sh
		exec $(is_root && printf 'chpst -u %s:driftline' "$(service_user "$name")") sh -c 'stdbuf -oL sed -E -f "\$1" | svlogd "\$2"' log $(quote "$STATE/service/redact.sed") $(quote "$STATE/log/$name")
	END
	chmod 755 "$dir/run" "$dir/log/run"
}

# No address, request line or ticket stays in a log.
write_redaction() {
	put "$STATE/service/redact.sed" <<-'END'
		/^[0-9]{4}-[^ ]+ [A-Z]+ [/*a-z0-9]+ [0-9]{3} /b
		s/, (client|server|request|subrequest|upstream|host|referrer): .*//
		s/(Bearer|driftline_session=|\/ws\/|\/_sub\/|\/p\/)[ ]?[A-Za-z0-9_.,-]+/\1[…]/g
		s/\b[0-9]{1,3}(\.[0-9]{1,3}){3}\b/[address]/g
		s/\[?\b[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{0,4}){3,7}\]?/[address]/g
		s/^(.*DETAIL: ).*/\1[…]/
	END
}

write_control() {
	put "$STATE/service/$1/control/t"
	chmod 755 "$STATE/service/$1/control/t"
}

write_postgres() {
	local bin
	bin=$(pg_bin)
	write_service postgres INT <<-END
		exec $(is_root && say "chpst -u $DB_USER:driftline") $bin/postgres -D $(quote "$STATE/pg")
	END
	# TERM would wait for every client to leave
	write_control postgres <<-END
		#!/bin/sh
		exec kill -INT "\$(cat $(quote "$STATE/service/postgres/supervise/pid"))"
	END
}

write_handler() {
	local name=$1 role=''
	if [ -n "$DRIFTLINE_DATABASE_URL" ] && [ -z "$DRIFTLINE_DATABASE_OWNER_URL" ]; then
		role='PGOPTIONS="-c role=driftline_web" '
	fi
	# libfcgi, in auth alone, waits by select(), which knows descriptors below 1024 only
	write_service "$name" TERM <<-END
		$([ "$name" != auth ] || say "ulimit -n 1024")
		exec env -i PATH="\$PATH" LC_ALL="\$LC_ALL" ${role}DRIFTLINE_CONFIG=$(quote "$STATE/effective.conf") $(is_root && say "chpst -u $HANDLER_USER:driftline") $(quote "$STATE/bin/$name")
	END
}

write_nginx() {
	local dir=$STATE/service/nginx sockets
	mapfile -t sockets < <(listeners)
	write_service nginx TERM <<-END
		exec chpst -P $(quote "$STATE/bin/listen") $(is_root && say "--user $WEB_USER") $(quote "unix:$RUN/publish.sock") $(quote "unix:$RUN/internal.sock") ${sockets[*]} -- /usr/sbin/nginx -e stderr -p $(quote "$CONF/") -c $(quote "$CONF/nginx.conf")
	END
	put "$dir/listeners" < <(printf '%s\n' "${sockets[@]}")
	# Let answers under way end; whoever is still connected after that is cut.
	write_control nginx <<-END
		#!/bin/sh
		pid=\$(cat $(quote "$dir/supervise/pid"))
		kill -QUIT "\$pid"
		(
			i=0
			while kill -0 "\$pid" 2>/dev/null && [ \$i -lt 50 ]; do sleep 0.1; i=\$((i + 1)); done
			kill -TERM "\$pid" 2>/dev/null
		) >/dev/null 2>&1 &
	END
	# A worker outlives a master that was killed, and would keep the port.
	put "$dir/finish" <<-END
		#!/bin/sh
		kill -s KILL -- "-\$(cut -d ' ' -f 1 $(quote "$dir/process"))" 2>/dev/null
		exit 0
	END
	chmod 755 "$dir/finish"
}

# What the programs read: the settings as they are now, whatever the environment says later.
write_settings() {
	local database=$DRIFTLINE_DATABASE_URL
	if [ -z "$database" ]; then database="host=$RUN dbname=driftline user=driftline_web"; fi
	if [ ! -e "$STATE/effective.conf" ]; then (umask 077 && : >"$STATE/effective.conf"); fi
	(
		umask 077
		DRIFTLINE_STATE=$STATE DRIFTLINE_RUN=$RUN DRIFTLINE_DATABASE_URL=$database DRIFTLINE_DATABASE_OWNER_URL='' \
			"$ROOT/build/config" --file | put "$STATE/effective.conf"
	)
	own "$HANDLER_USER:" 400 "$STATE/effective.conf"
	(umask 077 && { set | grep -E '^(DRIFTLINE_[A-Z_]+|RUN|STATE)='; } | put "$STATE/instance")
}

### nginx's files

# render TEMPLATE: fills in the @NAMES@ from the variables of these names.
render() {
	local text name value
	text=$(<"$1")
	for name in RUN STATE CONF MODULES FILES CONNECTIONS ACCESS_LOG LISTEN TLS REDIRECT \
		KEY_GUESTS KEY_REGISTRATIONS KEY_LOGINS RATE_GUESTS RATE_REGISTRATIONS RATE_LOGINS \
		BURST_GUESTS BURST_REGISTRATIONS BURST_LOGINS; do
		value=${!name-}
		text=${text//"@$name@"/"$value"}
	done
	printf '%s\n' "$text"
}

# limit NAME NUMBER: for nginx's limit_req; 0 is off.
limit() {
	# shellcheck disable=SC2016
	local key='$driftline_prefix'
	[ "$2" -gt 0 ] || key='""'
	printf -v "KEY_$1" %s "$key"
	printf -v "RATE_$1" %d $(($2 > 0 ? $2 : 1))
	printf -v "BURST_$1" %s "$([ "$2" -le 1 ] || say " burst=$(($2 - 1)) nodelay")"
}

write_tls() {
	local kind
	[ -n "$DRIFTLINE_TLS_CERTIFICATE" ] || return 0
	for kind in "$DRIFTLINE_TLS_CERTIFICATE" "$DRIFTLINE_TLS_KEY"; do
		[ -r "$kind" ] || fail "TLS cannot be set up" "$kind cannot be read" "look at DRIFTLINE_TLS_CERTIFICATE and DRIFTLINE_TLS_KEY"
	done
	[ "$(openssl x509 -in "$DRIFTLINE_TLS_CERTIFICATE" -noout -pubkey 2>/dev/null)" = "$(openssl pkey -in "$DRIFTLINE_TLS_KEY" -pubout 2>/dev/null)" ] ||
		fail "TLS cannot be set up" "$DRIFTLINE_TLS_KEY is not the key of $DRIFTLINE_TLS_CERTIFICATE" "set both to the files of one certificate, in PEM"
	(
		umask 077
		put "$STATE/tls/certificate.pem" <"$DRIFTLINE_TLS_CERTIFICATE"
		put "$STATE/tls/key.pem" <"$DRIFTLINE_TLS_KEY"
		if [ ! -s "$STATE/tls/ffdhe2048.pem" ]; then
			openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -out "$STATE/tls/ffdhe2048.pem" 2>"$OUTPUT"
		fi
	)
	own "$WEB_USER:" 400 "$STATE"/tls/*.pem
}

# Those of `listen`, in nginx's own words.
listen_lines() {
	local socket ipv6
	for socket in $(listeners); do
		[ "${socket##*:}" = "$1" ] || continue
		ipv6=
		case $socket in \[*) ipv6=' ipv6only=on' ;; esac
		printf '\t\tlisten %s%s%s;\n' "$socket" "$ipv6" "${2-}"
	done
}

# shellcheck disable=SC2016,SC2034
write_nginx_files() {
	local template MODULES=/usr/lib/nginx/modules ACCESS_LOG='/dev/stdout driftline buffer=4k flush=1s' LISTEN TLS='' REDIRECT='' FILES CONNECTIONS
	FILES=$(ulimit -H -n)
	case $FILES in unlimited) FILES=65536 ;; esac
	if [ "$FILES" -gt 65536 ]; then FILES=65536; fi
	if [ "$DRIFTLINE_NGINX" = off ]; then ACCESS_LOG=off; fi
	CONNECTIONS=$((FILES - 512 > 16384 ? 16384 : FILES - 512))
	limit GUESTS "$DRIFTLINE_LIMIT_GUESTS"
	limit REGISTRATIONS "$DRIFTLINE_LIMIT_REGISTRATIONS"
	limit LOGINS "$DRIFTLINE_LIMIT_LOGINS"
	LISTEN=$(listen_lines "$DRIFTLINE_PORT")
	if [ -n "$DRIFTLINE_TLS_CERTIFICATE" ]; then
		LISTEN=$(listen_lines "$DRIFTLINE_PORT" ' ssl http2')
		TLS=$(printf '\t\tinclude "%s/driftline-tls.conf";' "$CONF")
	fi
	if [ "$DRIFTLINE_REDIRECT_PORT" != 0 ]; then
		REDIRECT=$(printf '\n\tserver {\n%s\n\t\tserver_tokens off;\n\t\treturn 301 https://$host%s$request_uri;\n\t}' \
			"$(listen_lines "$DRIFTLINE_REDIRECT_PORT")" "$([ "$DRIFTLINE_PORT" = 443 ] || say ":$DRIFTLINE_PORT")")
	fi
	write_tls
	for template in "$ROOT"/nginx/*.conf.in; do
		render "$template" | put "$CONF/$(basename -- "$template" .in)"
	done
}

### Starting and stopping

supervisor_pid() { cat -- "$STATE/service/supervisor" 2>/dev/null || echo 0; }

supervisor_runs() {
	local pid
	pid=$(supervisor_pid)
	[ "$pid" -gt 1 ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "runsvdir -P $STATE/service"
}

# Whether the process that a part last was is there, supervised or not.
lives() {
	local pid birth now
	{ read -r pid birth && now=$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20); } 2>/dev/null <"$STATE/service/$1/process" || return 1
	[ -n "$birth" ] && [ "$birth" = "$now" ]
}

is_running() {
	[ -e "$STATE/service/$1/supervise/ok" ] && sv status "$STATE/service/$1" 2>/dev/null | grep -q '^run:'
}

start_supervisor() {
	local service
	supervisor_runs && return 0
	# of one that was killed
	for service in "${SERVICES[@]}"; do
		if [ -e "$STATE/service/$service/supervise/ok" ]; then sv force-shutdown "$STATE/service/$service" >/dev/null 2>&1 || true; fi
		touch "$STATE/service/$service/down"
	done
	cd /
	setsid env -i PATH="$PATH" LC_ALL=C.UTF-8 runsvdir -P "$STATE/service" </dev/null >/dev/null 2>>"$STATE/log/runit" 9>&- &
	echo $! >"$STATE/service/supervisor"
}

# What a part depends on: when that has changed since it was started, it is started anew.
inputs() {
	local dir=$STATE/service/$1
	case $1 in
	postgres) cat -- "$dir/run" "$STATE/pg/postgresql.conf" ;;
	nginx) cat -- "$dir/run" "$dir/log/run" "$STATE/bin/listen" "$dir/listeners" ;;
	*) cat -- "$dir/run" "$dir/log/run" "$STATE/bin/$1" "$STATE/effective.conf" "$STATE/secrets/pepper" && migration | digest ;;
	esac | digest
}

wait_for() {
	local tries=$1
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$tries" -gt 0 ] || return 1
		tries=$((tries - 1))
		sleep 0.1
	done
}

start() {
	local service=$1 dir=$STATE/service/$1 new
	new=$(inputs "$service")
	wait_for 100 sv status "$dir" || fail "$service cannot be started" "runit does not take it up" "see $STATE/log/runit"
	rm -f -- "$dir/down"
	if ! is_running "$service"; then
		sv up "$dir" >/dev/null
		say "  $service started"
	elif [ "$(cat -- "$dir/applied" 2>/dev/null)" != "$new" ]; then
		sv -w 30 restart "$dir" >/dev/null || true
		say "  $service restarted, for it has changed"
	fi
	printf '%s\n' "$new" >"$dir/applied"
}

nginx_workers() {
	local pid
	pid=$(cat -- "$STATE/service/nginx/supervise/pid")
	cat -- "/proc/$pid/task/$pid/children"
}

nginx_workers_other_than() {
	local now old
	now=" $(nginx_workers) "
	for old in $1; do [[ $now != *" $old "* ]] || return 1; done
	[ -n "${now// /}" ]
}

# nginx takes up new files without a restart.
start_nginx() {
	local dir=$STATE/service/nginx files log workers
	files=$(find "$CONF" "$STATE/tls" -type f \( -name '*.conf' -o -name '*.pem' \) -print0 | sort -z | xargs -0 cat -- | digest)
	log=$(nginx_test) || fail "nginx refuses its configuration" "$(grep -m 1 emerg <<<"$log" || say "$log")" "look at the setting it names"
	if is_running nginx && [ "$(cat -- "$dir/applied" 2>/dev/null)" = "$(inputs nginx)" ] && [ "$(cat -- "$dir/files" 2>/dev/null)" != "$files" ]; then
		workers=$(nginx_workers)
		sv hup "$dir" >/dev/null
		wait_for 50 nginx_workers_other_than "$workers" || true
		say "  nginx reloaded, for its files have changed"
	fi
	printf '%s\n' "$files" >"$dir/files"
	start nginx
}

nginx_test() {
	local test=(/usr/sbin/nginx -t -q -e stderr -p "$CONF/" -c "$CONF/nginx.conf")
	if is_root; then test+=(-g "user $WEB_USER driftline;"); fi
	"${test[@]}" 2>&1 || return
	[ -s "$CONF/tmp/nginx.pid" ] || rm -f -- "$CONF/tmp/nginx.pid"
}

last_lines() {
	tail -q -n "$2" -- "$STATE/log/$1/current" 2>/dev/null | sed 's/^/    | /' || true
}

start_database() {
	if [ ! -e "$STATE/pg/PG_VERSION" ]; then step "making a database cluster" make_cluster; fi
	configure_cluster
	write_postgres
}

wait_database() {
	if ! wait_for 300 pg_isready -q -h "$RUN" -U postgres; then
		last_lines postgres 10 >&2
		fail "PostgreSQL does not answer" "see its lines above, from $STATE/log/postgres/current" "$(remedy "$STATE/log/postgres/current")"
	fi
}

ready() {
	curl -sf -m 3 --unix-socket "$RUN/internal.sock" -o /dev/null "http://driftline/readyz"
}

address() {
	local scheme=http first
	if [ -n "$DRIFTLINE_PUBLIC_URL" ]; then
		say "$DRIFTLINE_PUBLIC_URL"
		return
	fi
	if [ -n "$DRIFTLINE_TLS_CERTIFICATE" ]; then scheme=https; fi
	first=$(listeners | head -n 1)
	case $first in 0.0.0.0:* | \[::\]:*) first=$(hostname -f 2>/dev/null || hostname):$DRIFTLINE_PORT ;; esac
	say "$scheme://$first/"
}

wait_ready() {
	local service
	if [ "$DRIFTLINE_NGINX" = off ]; then
		for service in "${HANDLERS[@]}"; do wait_for 100 test -S "$RUN/$service.sock" || true; done
		return 0
	fi
	wait_for 300 ready && return 0
	for service in "${SERVICES[@]}"; do
		say "  $service: $(sv status "$STATE/service/$service" 2>&1 | cut -d ';' -f 1 | cut -c 1-20)" >&2
		last_lines "$service" 5 >&2
	done
	fail "Driftline does not become ready" "$(curl -s -m 3 --unix-socket "$RUN/internal.sock" http://driftline/readyz 2>/dev/null | cut -c 1-300)" \
		"see the parts' last lines above (all: ./deploy.sh logs)"
}

# Programs are replaced by renaming, so that those that run keep theirs.
install_programs() {
	local program
	for program in "${HANDLERS[@]}" listen config; do
		[ -x "$ROOT/build/$program" ] || fail "build/$program is not there" "make did not build it" "make"
		put "$STATE/bin/$program" <"$ROOT/build/$program"
		chmod 755 "$STATE/bin/$program"
	done
}

lock() {
	mkdir -p -- "$STATE"
	exec 9>"$STATE/lock"
	flock -w 600 9 || fail "another deploy.sh works on $STATE" "" "wait for it"
}

# All but packages and building: what `up` and `reload` share.
apply() {
	local service
	make_users
	make_state
	lock
	places
	check_disk
	check_ports
	make_folders
	install_programs
	install_client
	write_settings
	write_nginx_files
	write_redaction
	write_replace
	if [ -z "$DRIFTLINE_DATABASE_URL" ]; then start_database; fi
	for service in "${HANDLERS[@]}"; do write_handler "$service"; done
	if [ "$DRIFTLINE_NGINX" = on ]; then write_nginx; fi
	start_supervisor
	if [ -z "$DRIFTLINE_DATABASE_URL" ]; then
		start postgres
		wait_database
		make_database
	else
		step "preparing the database" make_roles
	fi
	migrate >"$OUTPUT" 2>&1 || {
		tail -n 15 "$OUTPUT" | sed 's/^/    | /' >&2
		fail "the database could not be brought up to date" "$(grep -m 1 -E 'ERROR|FATAL|error:' "$OUTPUT" | cut -c 1-300)" \
			"$(remedy "$OUTPUT" "nothing of it was changed; put right what it names, then run it again")"
	}
	sed 's/^/  database: /' "$OUTPUT"
	for service in "${HANDLERS[@]}"; do start "$service"; done
	if [ "$DRIFTLINE_NGINX" = on ]; then start_nginx; fi
	wait_ready
}

# As it was when it was last applied, whatever the settings say by now.
need_state() {
	[ -e "$GIVEN_STATE/instance" ] || fail "nothing is set up in $GIVEN_STATE" "" "./deploy.sh up"
	[ -O "$GIVEN_STATE/instance" ] || fail "$GIVEN_STATE cannot be worked on" "$(stat -c %U "$GIVEN_STATE/instance") set it up" "do this as that user"
	# shellcheck disable=SC1091
	. "$GIVEN_STATE/instance"
	DRIFTLINE_RUN=$RUN
	places
}

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
	say "Ready after $SECONDS s: $(address)"
	say "  to stop it: $([ "$GIVEN_STATE" = "$ROOT/var" ] || say "DRIFTLINE_STATE='$GIVEN_STATE' ")'$ROOT/deploy.sh' down"
	say "  its settings: $GIVEN_STATE/driftline.conf"
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
		rm -f -- "$RUN"/{api,auth,publish,internal}.sock
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
	if [ "$DRIFTLINE_NGINX" = on ] || [ -S "$RUN/internal.sock" ]; then
		if ready; then line=yes; else line=no bad=3; fi
		printf '%-9s %s\n' ready "$line"
	fi
	printf '%-9s %s\n' address "$(address)" sockets "$RUN" state "$STATE"
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
		exec tail "${options[@]}" -- "$STATE/log/$part/current"
	fi
	exec tail "${options[@]}" -- "$STATE"/log/*/current
}

# restart [PART]: Stops and starts all parts, or one: postgres, api, auth or nginx.
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
	say "Ready: $(address)"
}

# psql [ARGUMENT...]: Opens psql on the database, as its owner.
command_psql() {
	need_state
	local url=${DRIFTLINE_DATABASE_OWNER_URL:-$DRIFTLINE_DATABASE_URL}
	if [ -z "$url" ]; then url="host='$RUN' dbname=driftline user=driftline_owner"; fi
	exec psql "$url" "$@"
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
	exec make -C "$ROOT" test "$@"
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
