#!/bin/sh
# Run every unit test program; show the output of those that fail, and one line that counts.
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for program in "$@"; do
    if "$program" >"$log" 2>&1; then
        passed=$((passed + 1))
        grep -hE 'SKIPPED|skipped:|^skip' "$log" | sed "s|^|$(basename "$program"): |" | head -3
    else
        failed=$((failed + 1))
        echo "FAILED: $program"
        tail -40 "$log"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
