# shellcheck shell=bash
# The machine's own owner of the admin program, whose token only root reads. Sourced by deploy.sh.

ADMIN_TOKEN_HOURS=2160 # 90 days; `up` makes a new one in the last week

# Made when it is missing, when the database does not know it, or when its end is near. What psql gets is its digest.
make_admin_token() {
	local file=$STATE/secrets/admin-token token sum state
	sum=$(if [ -s "$file" ]; then tr -d '\n' <"$file"; fi | digest)
	state=$(owner_psql -q -A -t <<<"set search_path = driftline; select admin_root_state('\\x$sum')")
	if [ "$state" != renew ]; then return 0; fi
	token=$(openssl rand -base64 33 | tr '+/' '-_')
	sum=$(printf %s "$token" | digest)
	(umask 077 && printf '%s\n' "$token" >"$file.new")
	if is_root; then chown root: -- "$file.new"; fi
	chmod 400 -- "$file.new"
	owner_psql -q -A -t <<<"set search_path = driftline; select admin_root_token('\\x$sum', $ADMIN_TOKEN_HOURS)" >/dev/null
	mv -f -- "$file.new" "$file"
	say "  a token for driftctl is in $file"
}
