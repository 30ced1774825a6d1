#!/bin/sh
# run.sh PROGRAM [NAME...]: run tests/golden/NAME.test, each in a workspace with nothing but tests/data, and compare with NAME.out.
# BLESS=1 writes what was printed to NAME.out instead: look at the difference before you keep it.
set -u
program=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
unset THANOSQL_DATASET_MIRROR THANOSQL_WORKSPACE
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
[ $# -gt 0 ] || set -- $(cd "$here" && ls ./*.test | sed 's|^\./||; s|\.test$||')
for name in "$@"; do
    mkdir "$work/$name"
    ln -s "$here/../data" "$work/$name/data"
    if ! (cd "$work/$name" && "$program" "$here/$name.test") >"$work/out" 2>"$work/err"; then
        echo "FAILED: $name"
        tail -40 "$work/err"
        failed=$((failed + 1))
    elif [ -n "${BLESS:-}" ]; then
        cp "$work/out" "$here/$name.out"
        passed=$((passed + 1))
    elif diff -u "$here/$name.out" "$work/out" >"$work/diff" 2>&1; then
        passed=$((passed + 1))
    else
        echo "FAILED: $name"
        head -60 "$work/diff"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
