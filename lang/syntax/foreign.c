/* One row for what has the same answer. */
#include "lang/syntax/foreign.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *words, *advice;
} rows[] = {
    {"pip conda mamba apt apt-get pip3",
     "nothing needs to be installed: ThanoSQL's statements are part of this kernel"},
    {"wget curl git unzip tar",
     "GET THANOSQL DATASET fetches data sets; COPY table FROM 'file.csv' reads a file of your own"},
    {"ls cat pwd cd find head tail mkdir rm cp mv",
     "use a terminal for files; LIST TABLE shows the tables, and Tab inside quotes completes paths"},
    {"sql sqlite", "write %thanosql and the statement, or the statement alone"},
    {"time timeit prun", "the statement alone runs, too; long ones tell how long they took"},
    {"matplotlib", "PRINT IMAGE AS SELECT … shows pictures"},
    {"history hist", "the arrow keys and the search of the console go through earlier cells"},
    {"store", "rows = %thanosql SELECT … keeps a result, CREATE TABLE name AS SELECT … one that stays"},
    {"reset del", "restart the kernel to forget variables; DROP TABLE and DELETE MODEL remove what is stored"},
    {"env set_env config", "SHOW thanosql lists this kernel's settings, and SET thanosql.name = value changes one"},
    {"bash sh script system sx python python3 perl ruby js javascript html latex markdown svg capture writefile run "
     "autoreload debug pdb load macro edit rerun recall gui pylab alias",
     "use a terminal or a Python notebook for it; a cell here is a statement such as SELECT * FROM table"},
};

const char *foreign_advice(const char *word, size_t len) {
    for (size_t i = 0; len > 0 && i < sizeof rows / sizeof *rows; i++) {
        for (const char *at = rows[i].words; *at;) {
            size_t n = strcspn(at, " ");
            if (n == len && strncasecmp(at, word, n) == 0) {
                return rows[i].advice;
            }
            at += n + strspn(at + n, " ");
        }
    }
    return NULL;
}
