#!/bin/bash
# The rules that a compiler does not check: direction of includes, one room for each third-party header, file length,
# formatting, banned calls.
set -u
shopt -s lastpipe # so that `| fail` sets our status
cd "$(dirname "$0")/.." || exit 1
status=0
fail() { # title, then lines on standard input: any line is a failure
    local lines
    lines=$(cat)
    if [ -n "$lines" ]; then
        printf '%s\n%s\n' "$1" "$lines" | head -30
        status=1
    fi
}
sources() { find "$@" -name '*.[ch]' | sort; }

sources base | xargs grep -nE '#include "(ml|lang|kernel)/' | fail "base/ includes from above:"
sources ml | xargs grep -nE '#include "(lang|kernel)/' | fail "ml/ includes from above:"
sources lang | xargs grep -nE '#include "kernel/' | fail "lang/ includes from above:"
sources kernel | xargs grep -nE '#include "(lang/(syntax|sql|store|data|exec)|ml/)' | fail "kernel/ may include only lang's public face:"

# header pattern, and the files that may include it
while read -r header rooms; do
    # shellcheck disable=SC2086
    sources base ml lang kernel | xargs grep -lE "#include <$header" | grep -vxF "$(printf '%s\n' $rooms)" |
        fail "<$header belongs in $rooms only:"
done <<'ROOMS'
zmq\.h kernel/transport/sockets.c
sqlite3\.h lang/store/sqlite_int.h
cblas\.h ml/nn/gemm.c
jpeglib\.h ml/image/jpeg.c
png\.h ml/image/png.c
curl/ lang/data/download.c
archive lang/data/archive.c
csv\.h lang/data/csv.c
zlib\.h lang/data/datafile.c
openssl/ base/digest.c
pg_query\.h lang/sql/check.c
pg_query/ lang/sql/tree.h
ROOMS
sources base lang ml kernel | xargs grep -lE '#include <jansson' | grep -vE '^kernel/|^ml/model/modelfile\.c$' |
    fail "<jansson.h> belongs in kernel/ and ml/model/modelfile.c only:"

sources base ml lang kernel tests | grep -v '^lang/data/mnist_ids.c$' | xargs wc -l | awk '$2 != "total" && $1 > 600' |
    fail "over 600 lines:"
sources base ml lang kernel | xargs grep -nE '\b(strcpy|strcat|sprintf|vsprintf|atoi|atol|atof|gets|strtok)\(' |
    fail "banned calls:"
sources base ml lang kernel | grep -v '^kernel/main.c$' | xargs grep -nE '(^|[^_[:alnum:]])(exit|abort|assert|_exit)\(' |
    fail "only main may end the process:"
sources base ml lang | xargs grep -nE '(^|[^_[:alnum:]])(printf|puts|fprintf|perror)\(' | fail "only kernel/ writes to the terminal:"
sources base ml lang kernel tests | grep -v '^lang/data/mnist_ids.c$' | xargs clang-format --dry-run -Werror 2>&1 |
    grep 'error:' | fail "not formatted (make format):"
[ $status = 0 ] && echo "lint: clean"
exit $status
