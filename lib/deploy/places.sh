# shellcheck shell=bash
# Settings, folders, users, ports: what there is and whether it can be used. Sourced by deploy.sh.

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
	MEDIA=${DRIFTLINE_MEDIA:-$STATE/media}
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

# No link is followed where a user of the parts may have made one: it could lead root anywhere.
refuse_links() {
	local file
	for file; do
		[ ! -L "$file" ] || fail "$file is a symbolic link" "$(stat -c %U -- "$file") made it, and Driftline makes none there" \
			"see where it leads (ls -l) and who may have done that, then remove it"
	done
}

# own OWNER MODE FILE...: whoever it is for may read it, no one else. The files lie in folders of our own.
own() {
	local owner=$1 mode=$2
	shift 2
	refuse_links "$@"
	if is_root; then chown -h "$owner" -- "$@"; fi
	chmod "$mode" -- "$@"
}

make_folders() {
	local service
	mkdir -p -- "$STATE"/{bin,nginx/tmp,secrets,tls,service,log,www} "$RUN"
	if [ ! -O "$RUN" ] || [ -L "$RUN" ]; then
		fail "the folder of sockets cannot be used" "$RUN belongs to somebody else" "set DRIFTLINE_RUN to a folder of your own"
	fi
	if is_root; then own root:driftline 3770 "$RUN"; else chmod 700 "$RUN"; fi
	own_folders "$STATE/secrets" "$STATE/tls"
	own "$WEB_USER:" 700 "$STATE/nginx/tmp"
	make_media
	for service in "${SERVICES[@]}"; do
		mkdir -p -- "$STATE/log/$service"
		own "$(service_user "$service"):" 700 "$STATE/log/$service"
	done
	printf 's1000000\nn10\nt43200\n' >"$STATE/log/.config" # half a day a file: keep-log takes them away by age
	for service in "${SERVICES[@]}"; do put_owned "$(service_user "$service"):" 600 "$STATE/log/$service/config" <"$STATE/log/.config"; done
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

# Folders of root's, whose files are each the user's that reads it. They were these users' own once: what such a user may have
# left there is not written to.
own_folders() {
	local links
	if is_root; then own root:driftline 710 "$@"; else own "" 700 "$@"; fi
	mapfile -d '' -t links < <(find "$@" -type l -print0)
	refuse_links "${links[@]}"
	find "$@" -name '*.new' -delete
}

# nginx reads what the handlers write.
make_media() {
	if [ ! -d "$MEDIA" ]; then
		mkdir -p -- "$MEDIA" 2>"$OUTPUT" || fail "the media folder cannot be made" "$(<"$OUTPUT")" "choose another DRIFTLINE_MEDIA"
	fi
	if is_root; then own "$HANDLER_USER:driftline" 2750 "$(cd -P -- "$MEDIA" && pwd)"; else chmod 700 "$MEDIA"; fi
}

service_user() {
	case $1 in
	postgres) say "$DB_USER" ;;
	nginx) say "$WEB_USER" ;;
	*) say "$HANDLER_USER" ;;
	esac
}

# put FILE: standard input, a text, into it, only if that changes it.
put() {
	local file=$1 text old=''
	text=$(cat && printf .) # so that line ends at the end stay
	if [ -e "$file" ]; then
		IFS= read -rd '' old <"$file" || true
		[ "$text" != "$old." ] || return 0
	fi
	printf %s "${text%.}" >"$file.new"
	mv -- "$file.new" "$file"
}

# put_owned OWNER MODE FILE: the same into a folder that is OWNER's, who may have made a link of any name there. It is made in
# the state folder, which is ours, and moved: that follows no link.
put_owned() {
	local owner=$1 mode=$2 file=$3 new
	refuse_links "$file"
	new=$(mktemp -- "$STATE/new.XXXXXX")
	cat >"$new"
	own "$owner" "$mode" "$new"
	mv -fT -- "$new" "$file"
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
	[ "$DRIFTLINE_ADMIN_PORT" = 0 ] || say "127.0.0.1:$DRIFTLINE_ADMIN_PORT"
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
