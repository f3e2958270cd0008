#!/bin/sh
# Runs one fuzzer from its seeds and from what earlier runs have found worth keeping: run.sh NAME SECONDS
set -eu
cd "$(dirname -- "$0")/../.."
corpus=build/fuzz/corpus/$1
mkdir -p "$corpus"
echo "fuzzing $1 for $2 s"
"build/fuzz/$1" -max_total_time="$2" -max_len=20000 -timeout=10 -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1 \
	-artifact_prefix="build/fuzz/$1-" "$corpus" "tests/fuzz/seeds/$1" >"build/fuzz/$1.log" 2>&1 || {
	tail -n 60 "build/fuzz/$1.log" >&2
	exit 1
}
sed -n 's/^stat::number_of_executed_units: /  inputs: /p' "build/fuzz/$1.log"
