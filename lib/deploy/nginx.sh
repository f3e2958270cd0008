# shellcheck shell=bash
# What nginx reads, made from nginx/*.in. Sourced by deploy.sh.

# render TEMPLATE: fills in the @NAMES@ from the variables of these names.
render() {
	local text name value
	text=$(<"$1")
	for name in RUN STATE MEDIA CONF MODULES FILES CONNECTIONS ACCESS_LOG LISTEN TLS REDIRECT AIO \
		REALIP MODERATION ADMIN_PORT {KEY,RATE,BURST}_{GUESTS,REGISTRATIONS,LOGINS,SHARES,UPLOADS,REQUESTS,SOCKETS}; do
		value=${!name-}
		text=${text//"@$name@"/"$value"}
	done
	printf '%s\n' "$text"
}

# limit NAME NUMBER: for nginx's limit_req and limit_conn; 0 is off.
limit() {
	# shellcheck disable=SC2016
	local key='$driftline_prefix'
	[ "$2" -gt 0 ] || key='""'
	printf -v "KEY_$1" %s "$key"
	printf -v "RATE_$1" %d $(($2 > 0 ? $2 : 1))
	printf -v "BURST_$1" %s "$([ "$2" -le 1 ] || say " burst=$(($2 - 1)) nodelay")"
}

# Whose word on where a request comes from is taken.
realip() {
	local proxy
	[ -n "${DRIFTLINE_TRUSTED_PROXIES// /}" ] || return 0
	printf '\n# The proxies in front.\n'
	for proxy in $DRIFTLINE_TRUSTED_PROXIES; do printf 'set_real_ip_from %s;\n' "$proxy"; done
	printf 'real_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n'
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
	local template MODULES=/usr/lib/nginx/modules ACCESS_LOG='/dev/stdout driftline buffer=4k flush=1s' REALIP LISTEN TLS='' REDIRECT='' MODERATION='' ADMIN_PORT AIO='' FILES CONNECTIONS
	FILES=$(ulimit -H -n)
	case $FILES in unlimited) FILES=65536 ;; esac
	if [ "$FILES" -gt 65536 ]; then FILES=65536; fi
	if [ "$DRIFTLINE_NGINX" = off ]; then ACCESS_LOG=off; fi
	CONNECTIONS=$((FILES - 512 > 16384 ? 16384 : FILES - 512))
	# Without threads it works too, but writing a file then holds up everything else.
	case $(nginx -V 2>&1) in *--with-threads*) AIO='aio threads; aio_write on;' ;; esac
	limit GUESTS "$DRIFTLINE_LIMIT_GUESTS"
	limit REGISTRATIONS "$DRIFTLINE_LIMIT_REGISTRATIONS"
	limit LOGINS "$DRIFTLINE_LIMIT_LOGINS"
	limit SHARES "$DRIFTLINE_LIMIT_SHARES"
	limit UPLOADS "$DRIFTLINE_LIMIT_UPLOADS_ADDRESS"
	limit REQUESTS "$DRIFTLINE_LIMIT_REQUESTS"
	limit SOCKETS "$DRIFTLINE_LIMIT_SOCKETS"
	REALIP=$(realip)
	LISTEN=$(listen_lines "$DRIFTLINE_PORT")
	if [ -n "$DRIFTLINE_TLS_CERTIFICATE" ]; then
		LISTEN=$(listen_lines "$DRIFTLINE_PORT" ' ssl http2')
		TLS=$(printf '\t\tinclude "%s/driftline-tls.conf";' "$CONF")
	fi
	if [ "$DRIFTLINE_REDIRECT_PORT" != 0 ]; then
		REDIRECT=$(printf '\n\tserver {\n%s\n\t\tserver_tokens off;\n\t\treturn 301 https://$host%s$request_uri;\n\t}' \
			"$(listen_lines "$DRIFTLINE_REDIRECT_PORT")" "$([ "$DRIFTLINE_PORT" = 443 ] || say ":$DRIFTLINE_PORT")")
	fi
	ADMIN_PORT=$DRIFTLINE_ADMIN_PORT
	if [ "$ADMIN_PORT" != 0 ]; then MODERATION=$(printf '\ninclude "%s/driftline-moderation.conf";' "$CONF"); fi
	write_tls
	for template in "$ROOT"/nginx/*.conf.in; do
		render "$template" | put "$CONF/$(basename -- "$template" .in)"
	done
}
