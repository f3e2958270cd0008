# shellcheck shell=bash
# The pages on privacy and terms: templates that the operator edits in pages/ of the state folder, filled in with the
# settings as they are. Sourced by deploy.sh.

# Templates that nobody has edited are kept up to date with those of the checkout.
copy_pages() {
	local template name known=$STATE/pages/.delivered
	mkdir -p -- "$STATE/pages"
	for template in "$ROOT"/docs/legal/*.html; do
		name=$(basename -- "$template")
		if [ -e "$STATE/pages/$name" ] && ! grep -qsxF -- "$(digest <"$STATE/pages/$name") $name" "$known"; then continue; fi
		put "$STATE/pages/$name" <"$template"
	done
	{
		if [ -e "$known" ]; then cat -- "$known"; fi
		for template in "$ROOT"/docs/legal/*.html; do say "$(digest <"$template") $(basename -- "$template")"; done
	} | sort -u | put "$known"
}

# fill_page: standard input with @NAME@ as DRIFTLINE_NAME says, and `<!-- if NAME -->` or `<!-- unless NAME -->` to
# `<!-- end -->` only where that is something other than nothing, 0 and off.
fill_page() {
	awk '
		function value(name) { return name == "WECHAT" ? ENVIRON["DRIFTLINE_WECHAT_APPID"] : ENVIRON["DRIFTLINE_" name] }
		function is_given(text) { return text != "" && text != "0" && text != "off" }
		function escaped(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); return text }
		/^<!-- (if|unless) [A-Z_]+ -->$/ { given = is_given(value($3)); hidden = ($2 == "if") != given; next }
		/^<!-- end -->$/ { hidden = 0; next }
		hidden { next }
		{
			line = ""
			while (match($0, /@[A-Z_]+@/)) {
				line = line substr($0, 1, RSTART - 1) escaped(value(substr($0, RSTART + 1, RLENGTH - 2)))
				$0 = substr($0, RSTART + RLENGTH)
			}
			print line $0
		}
	'
}

write_pages() {
	local kind language name
	copy_pages
	mkdir -p -- "$STATE/legal"
	for kind in privacy terms; do
		for language in en zh; do
			name=$kind.$([ "$language" = en ] && say en || say zh-Hans).html
			# shellcheck disable=SC2086
			(export ${!DRIFTLINE_*} && fill_page <"$STATE/pages/$name") | put "$STATE/legal/$kind.$language.html"
		done
	done
	chmod -R a+rX -- "$STATE/legal"
}
