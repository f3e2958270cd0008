# shellcheck shell=bash
# Starting and stopping, and restarting only what changed. Sourced by deploy.sh.

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
	*) cat -- "$dir/run" "$dir/log/run" "$STATE/bin/$1" "$STATE/effective.conf" "$STATE/secrets/pepper" && say "$MIGRATION" ;;
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

# In a folder of its own: nginx makes its files as it tests, and root is not to make them in a folder that is another user's.
nginx_test() {
	local text status=0 test=(/usr/sbin/nginx -t -q -e stderr -p "$CONF/" -c "$CONF/test/nginx.conf")
	if is_root; then test+=(-g "user $WEB_USER driftline;"); fi
	rm -rf -- "$CONF/test"
	mkdir -- "$CONF/test"
	text=$(<"$CONF/nginx.conf")
	printf '%s\n' "${text//"$CONF/tmp/"/"$CONF/test/"}" >"$CONF/test/nginx.conf"
	"${test[@]}" 2>&1 || status=$?
	rm -rf -- "$CONF/test"
	return "$status"
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

# An nginx of the operator's is started by the operator, the first time after `up` has written its files.
wait_nginx() {
	local service
	for service in api auth media admin-cgi; do wait_for 100 test -S "$RUN/$service.sock" || true; done
	if [ -S "$RUN/internal.sock" ] && wait_for 100 ready; then return 0; fi
	STANDS='Started, but not ready,'
	say ""
	say "Your nginx publishes nothing: what people send is kept, but nobody hears of it"
	say "  why:  it does not answer on $RUN/internal.sock, or not on publish.sock"
	say "  do:   restart it (a reload is not enough) with $CONF/driftline-http.conf included; ./deploy.sh status says whether that did it"
}

# Sets STANDS to how it is.
wait_ready() {
	local service
	STANDS=Ready
	if [ "$DRIFTLINE_NGINX" = off ]; then
		wait_nginx
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
	for program in "${HANDLERS[@]}" ctl decode listen config; do
		[ -x "$ROOT/build/$program" ] || fail "build/$program is not there" "make did not build it" "make"
		if ! cmp -s -- "$ROOT/build/$program" "$STATE/bin/$program"; then
			cp -- "$ROOT/build/$program" "$STATE/bin/$program.new"
			chmod 755 "$STATE/bin/$program.new"
			mv -- "$STATE/bin/$program.new" "$STATE/bin/$program"
		fi
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
	write_pages
	write_redaction
	write_keep_log
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
	MIGRATION=$(migration)
	owner_psql -q -t <<<"$MIGRATION" >"$OUTPUT" 2>&1 || {
		tail -n 15 "$OUTPUT" | sed 's/^/    | /' >&2
		fail "the database could not be brought up to date" "$(grep -m 1 -E 'ERROR|FATAL|error:' "$OUTPUT" | cut -c 1-300)" \
			"$(remedy "$OUTPUT" "nothing of it was changed; put right what it names, then run it again")"
	}
	sed 's/^/  database: /' "$OUTPUT"
	make_admin_token
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
