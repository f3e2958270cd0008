#!/bin/sh
# Runs unit tests, all of them whatever fails: run.sh PROGRAM...
cd "$(dirname -- "$0")/../.." || exit
failed=
for program; do
	"$program" || failed="$failed ${program##*/}"
done
[ -z "$failed" ] || echo "failed:$failed" >&2
[ -z "$failed" ]
