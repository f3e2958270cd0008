# shellcheck shell=bash
# The database: a cluster of its own, its roles, migrations. Sourced by deploy.sh.

pg_bin() {
	local version found
	version=$(cat -- "$STATE/pg/PG_VERSION" 2>/dev/null || echo 15)
	# the cluster's user could write anything there
	case $version in '' | *[!0-9]*) fail "$STATE/pg/PG_VERSION is not right" "it holds no version's number" "put it right: initdb wrote 15, or a later one" ;; esac
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

# An eighth of the machine's memory, in MB: what the square and its indexes are searched in.
shared_buffers() { awk '$1 == "MemTotal:" { m = int($2 / 8192); print (m < 128 ? 128 : m > 2048 ? 2048 : m) }' /proc/meminfo; }

# Everything over the socket, by who one is: the handlers' user is the handlers'
# role, the administrators are the owner.
configure_cluster() {
	local me
	me=$(id -un)
	put_owned "$DB_USER:" 600 "$STATE/pg/postgresql.conf" <<-END
		# Written by deploy.sh.
		listen_addresses = ''
		unix_socket_directories = '${RUN//\'/\'\'}'
		unix_socket_permissions = 0770
		cluster_name = 'driftline'
		max_connections = $((DRIFTLINE_DB_CONNECTIONS * 3 + 30))
		shared_buffers = $(shared_buffers)MB
		max_parallel_workers_per_gather = 0
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
	put_owned "$DB_USER:" 600 "$STATE/pg/pg_hba.conf" <<-END
		# Written by deploy.sh.
		local all all peer map=driftline
	END
	put_owned "$DB_USER:" 600 "$STATE/pg/pg_ident.conf" <<-END
		# Written by deploy.sh. $(is_root || say "All of it runs as $me.")
		driftline $DB_USER postgres
		driftline $DB_USER driftline_owner
		driftline $me postgres
		driftline $me driftline_owner
		driftline $HANDLER_USER driftline_web
		driftline $HANDLER_USER driftline_admin
		driftline $me driftline_admin
	END
}

make_database() {
	local admin=(psql -X -q -v ON_ERROR_STOP=1 -h "$RUN" -U postgres -d postgres)
	"${admin[@]}" <<-'END'
		select format('create role %I login', r) from unnest(array['driftline_owner', 'driftline_web', 'driftline_admin']) r
		where not exists (select from pg_roles where rolname = r) \gexec
		select 'create database driftline owner driftline_owner' where not exists (select from pg_database where datname = 'driftline') \gexec
		revoke all on database driftline from public;
		-- what a handler refuses is no error of the database's: driftline.fail() keeps it out of the log
		grant set on parameter log_min_messages to driftline_owner;
		grant connect on database driftline to driftline_web, driftline_admin;
	END
}

# A database of the operator's: the handlers' roles are ones that their user may take on.
make_roles() {
	owner_psql -q <<-'END'
		set client_min_messages = warning;
		select format('create role %I', r) from unnest(array['driftline_web', 'driftline_admin']) r
		where not exists (select from pg_roles where rolname = r) \gexec
		select format('grant %I to %I', r, current_user) from unnest(array['driftline_web', 'driftline_admin']) r
		where not pg_has_role(current_user, r, 'member') \gexec
	END
}

# psql as the owner of it all.
owner_psql() {
	local url=${DRIFTLINE_DATABASE_OWNER_URL:-$DRIFTLINE_DATABASE_URL}
	if [ -z "$url" ]; then url="host='$RUN' dbname=driftline user=driftline_owner"; fi
	PGAPPNAME=deploy psql -X -v ON_ERROR_STOP=1 "$@" "$url"
}

function_files() {
	local file
	for file in "$ROOT"/sql/functions/*.sql; do
		[ -e "$file" ] || continue
		printf "\\\\i '%s'\n" "${file//\'/\'\'}"
	done
}

# The functions of schema driftline into psql's variable $1: of each what a replacement has to leave as it is, and how many of
# its arguments may be left out.
routines() {
	cat <<-END
		set local search_path = driftline;
		select coalesce(jsonb_object_agg(p.oid::regprocedure, jsonb_build_object(
		           'shape', concat_ws(' ', p.prokind, p.proretset, p.prorettype::regtype, p.proargnames, p.proargmodes, p.proallargtypes::regtype[]),
		           'defaults', p.pronargdefaults)), '{}') as $1
		  from pg_proc p
		 where p.pronamespace = 'driftline'::regnamespace
		   and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') \\gset
	END
}

# One transaction: each migration once, the functions when one of them has changed,
# the rights each time.
migration() {
	local file name sum checksum
	checksum=$(cat -- "$ROOT"/sql/functions/*.sql 2>/dev/null | digest)
	cat <<-'END'
		set client_min_messages = warning;
		\o /dev/null
		begin;
		select pg_advisory_xact_lock(4707206);
		create schema if not exists driftline;
		create table if not exists driftline.migration (
			name text primary key, checksum text not null, applied_at timestamptz not null default now());
	END
	while read -r sum file; do
		name=${file%.sql} file=$ROOT/sql/$file
		printf "select not exists (select from driftline.migration where name = '%s') as pending,\n" "$name"
		printf " exists (select from driftline.migration where name = '%s' and checksum <> '%s') as altered \\\\gset\n" "$name" "$sum"
		printf '\\if :altered\n\\warn %s was changed after it had been applied\n\\endif\n' "$name"
		printf '\\if :pending\n\\warn applying %s\n' "$name"
		printf "\\\\i '%s'\n" "${file//\'/\'\'}"
		printf "insert into driftline.migration (name, checksum) values ('%s', '%s');\n\\\\endif\n" "$name" "$sum"
	done < <(cd -- "$ROOT/sql" && sha256sum -- [0-9]*.sql)
	printf "select not exists (select from driftline.migration where name = 'functions' and checksum = '%s') as pending \\\\gset\n" "$checksum"
	printf '\\if :pending\n\\warn applying functions\n'
	cat <<-'END'
		do $$ declare f regprocedure; begin
			for f in select p.oid from pg_proc p where p.pronamespace in (to_regnamespace('api'), to_regnamespace('admin_api')) loop
				execute format('drop routine %s cascade', f);
			end loop;
		end $$;
	END
	# What calls share is replaced in place, since some are under way. What cannot be is seen by making all of it beside what
	# is there, which has other names for as long.
	routines had
	cat <<-'END'
		savepoint beside;
		do $$ declare f text; begin
			for f in
				-- one of a superuser's making can be dropped, and that is all
				select format(case when p.proowner = current_user::regrole then 'alter routine %s rename to %I'
				                   else 'drop routine %s cascade' end, p.oid::regprocedure, 'beside_' || p.oid)
				  from pg_proc p
				 where p.pronamespace = 'driftline'::regnamespace
				   and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
			loop
				execute f;
			end loop;
		end $$;
	END
	function_files
	routines made
	printf 'rollback to savepoint beside;\nrelease savepoint beside;\n'
	printf "select set_config('driftline.had', :'had', true), set_config('driftline.made', :'made', true);\n"
	printf "\\\\i '%s'\n" "${ROOT//\'/\'\'}/sql/replace.sql"
	function_files
	cat <<-'END'
		set local search_path = driftline;
		do $$ declare kept text; begin
			foreach kept in array current_setting('driftline.kept')::text[] loop execute kept; end loop;
		end $$;
	END
	printf "insert into driftline.migration (name, checksum) values ('functions', '%s')\n" "$checksum"
	printf 'on conflict (name) do update set checksum = excluded.checksum, applied_at = now();\n\\endif\n'
	if [ -e "$ROOT/sql/grants.sql" ]; then printf "\\\\i '%s'\n" "$(printf %s "$ROOT/sql/grants.sql" | sed "s/'/''/g")"; fi
	printf 'commit;\n'
}
