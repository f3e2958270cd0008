# shellcheck shell=bash
# The parts as services of runit. Sourced by deploy.sh.

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
		exec $(is_root && printf 'chpst -u %s:driftline' "$(service_user "$name")") $(quote "$STATE/service/keep-log") $(quote "$STATE/log/$name")
	END
	chmod 755 "$dir/run" "$dir/log/run"
}

# keep-log FOLDER: a part's log, redacted, in files that go when their time has come, whether more is written or not.
write_keep_log() {
	put "$STATE/service/keep-log" <<-END
		#!/bin/sh
		expire() {
			trap 'kill \$!; exit' TERM
			while kill -0 \$\$ 2>/dev/null; do
				find "\$1" -name '@*' -mmin "+\$(cat $(quote "$STATE/service/keep-log.minutes"))" -delete
				sleep 600 &
				wait \$!
			done
		}
		expire "\$1" &
		stdbuf -oL sed -E -f $(quote "$STATE/service/redact.sed") | svlogd "\$1"
		kill \$!
	END
	chmod 755 "$STATE/service/keep-log"
	say $((DRIFTLINE_KEEP_LOGS * 1440)) | put "$STATE/service/keep-log.minutes" # read each time: it can change
}

# No address, request line or ticket stays in a log.
write_redaction() {
	put "$STATE/service/redact.sed" <<-'END'
		/^[0-9]{4}-[^ ]+ [A-Z]+ [/*a-z0-9]+ [0-9]{3} /b
		s/, (client|server|request|subrequest|upstream|host|referrer): .*//
		s/(Bearer|driftline_session=|\/ws\/|\/_sub\/|\/p\/|\/s\/|\/share\/|\/media\/|\/_media\/)[ ]?[A-Za-z0-9_.,-]+/\1[…]/g
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
	# libfcgi, in all but api, waits by select(), which knows descriptors below 1024 only
	write_service "$name" TERM <<-END
		$([ "$name" = api ] || say "ulimit -n 1024")
		exec env -i PATH="\$PATH" LC_ALL="\$LC_ALL" ${role}DRIFTLINE_CONFIG=$(quote "$STATE/effective.conf") $(is_root && say "chpst -u $HANDLER_USER:driftline") $(quote "$STATE/bin/$name")
	END
}

write_nginx() {
	local dir=$STATE/service/nginx sockets
	mapfile -t sockets < <(listeners)
	write_service nginx TERM <<-END
		exec chpst -P $(quote "$STATE/bin/listen") $(is_root && say "--user $WEB_USER") $(quote "unix:$RUN/publish.sock") $(quote "unix:$RUN/internal.sock") $(quote "private:$RUN/admin.sock") ${sockets[*]} -- /usr/sbin/nginx -e stderr -p $(quote "$CONF/") -c $(quote "$CONF/nginx.conf")
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
	local database=$DRIFTLINE_DATABASE_URL admin=${DRIFTLINE_DATABASE_ADMIN_URL:-$DRIFTLINE_DATABASE_URL}
	if [ -z "$database" ]; then
		database="host=$RUN dbname=driftline user=driftline_web" admin="host=$RUN dbname=driftline user=driftline_admin"
	fi
	if [ ! -e "$STATE/effective.conf" ]; then (umask 077 && : >"$STATE/effective.conf"); fi
	(
		umask 077
		DRIFTLINE_STATE=$STATE DRIFTLINE_RUN=$RUN DRIFTLINE_MEDIA=$MEDIA DRIFTLINE_DATABASE_URL=$database DRIFTLINE_DATABASE_OWNER_URL='' \
			DRIFTLINE_DATABASE_ADMIN_URL=$admin \
			"$ROOT/build/config" --file | put "$STATE/effective.conf"
	)
	own "$HANDLER_USER:" 400 "$STATE/effective.conf"
	(umask 077 && { set | grep -E '^(DRIFTLINE_[A-Z_]+|RUN|STATE)='; } | put "$STATE/instance")
}
