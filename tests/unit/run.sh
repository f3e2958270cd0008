#!/bin/sh
# Runs unit tests, all of them whatever fails: run.sh PROGRAM...
cd "$(dirname -- "$0")/../.." || exit
export LSAN_OPTIONS="suppressions=$PWD/tests/unit/lsan.supp:print_suppressions=0"
failed=
for program; do
	"$program" || failed="$failed ${program##*/}"
done
[ -z "$failed" ] || echo "failed:$failed" >&2
[ -z "$failed" ]
