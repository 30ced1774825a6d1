/* Reading and giving the stored text of dates and times, for the functions over them. */
#ifndef LANG_SQL_RUN_TIME_H
#define LANG_SQL_RUN_TIME_H

#include "lang/sql/datetime.h"
#include "lang/sql/run.h"

enum err_code run_read_moment(const struct value *v, int64_t *out, struct err *e);
enum err_code run_read_clock(const struct value *v, int64_t *out, struct err *e);
enum err_code run_read_span(const struct value *v, struct interval *out, struct err *e);
bool run_zoned(const struct value *v); /* a timestamp with time zone */

/* A timestamp, with the zone that `like` has. */
enum err_code run_give_moment(int64_t t, const struct value *like, struct buf *m, struct value *out, struct err *e);
enum err_code run_give_span(const struct interval *v, struct buf *m, struct value *out, struct err *e);

int64_t run_floor(int64_t t, int64_t unit); /* to a multiple */

#endif
