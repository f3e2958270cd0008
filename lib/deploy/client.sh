# shellcheck shell=bash
# The client: npm's packages and both builds, only when its sources changed. Sourced by deploy.sh.

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

# replace_assets SITE: from now on no page that is loaded asks for the assets of its build. (A site without a list of them is of
# before there were such lists.)
replace_assets() {
	cd -- "$1/assets"
	if [ -e ../.assets ]; then xargs -r -d '\n' touch -c -- <../.assets; else find . -type f -exec touch -- {} +; fi
}

# install_site BUILT NAME: what was built becomes the folder NAME of the state, unless it is that already.
# Pages that are open still ask for the assets they came with: those stay a week from when they were replaced.
install_site() {
	local built=$ROOT/applet/dist/build/$1 site=$STATE/$2 sources
	[ -d "$built" ] || return 0
	sources=$(cat -- "$ROOT/applet/dist/.sources" 2>/dev/null || echo unknown)
	if [ "$(cat -- "$site/.sources" 2>/dev/null)" = "$sources" ]; then return 0; fi
	rm -rf -- "$site.new" "$site.old"
	cp -R -- "$built" "$site.new"
	find "$site.new/assets" -type f -printf '%P\n' >"$site.new/.assets"
	if [ -d "$site/assets" ]; then
		(replace_assets "$site")
		find "$site/assets" -type f -mtime -7 -exec cp -pn -t "$site.new/assets" -- {} +
	fi
	printf '%s\n' "$sources" >"$site.new/.sources"
	find "$site.new" -type f \( -name '*.html' -o -name '*.js' -o -name '*.css' -o -name '*.svg' -o -name '*.json' \) \
		-exec gzip -9 -n -k -f -- {} +
	chmod -R a+rX -- "$site.new"
	if [ -e "$site" ]; then mv -- "$site" "$site.old"; fi
	mv -- "$site.new" "$site"
	rm -rf -- "$site.old"
}

install_client() {
	install_site h5 www
	install_site moderation moderation
}
