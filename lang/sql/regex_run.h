/* A part of a regular expression as a program, and all its ways through a text at once (Thompson 1968): time is at most
 * the program's length times the text's, memory the program's. What \1 wants is not asked here; a BACK matches what
 * its group could. */
#ifndef LANG_SQL_REGEX_RUN_H
#define LANG_SQL_REGEX_RUN_H

#include "base/stop.h"
#include "lang/sql/regex_tree.h"

/* For the node; `backward` reads texts from their end. *used counts instructions, of which there may not be more than
 * REGEX_MOST_INSTRUCTIONS; ERR_VALUE then. */
enum { REGEX_MOST_INSTRUCTIONS = 1 << 17 };
enum err_code regex_program_make(struct regex_node *n, bool backward, size_t *used, struct regex_program **out,
                                 struct err *e);
void regex_program_free(struct regex_program *p); /* NULL is fine */

struct regex_scan {
    const char *text;
    size_t len;          /* of the text, which places are asked of */
    size_t from, limit;  /* where to begin, and where to end, which is before it for a program that goes backward */
    bool search;         /* a match may begin behind `from`; the first is wanted */
    bool shortest;       /* its shortest end rather than its longest */
    unsigned char *ends; /* bit i: a match can end at base + i; or NULL. Not with `search` */
    const unsigned char *only;   /* and only there, behind `from`; or NULL */
    const unsigned char *starts; /* where matches may begin, too, all taken as begun at `from`; with `ends`, or NULL */
    size_t base;                 /* what the bits count from */
    struct stop *stop;
    bool found, stopped; /* the answer; where it was stopped, there is none */
    size_t begin, end;
};
void regex_scan(struct regex_program *p, struct regex_scan *s);

/* The characters at and before `at`, and where they begin; at an end 0 characters. */
size_t regex_step_back(const char *text, size_t at, uint32_t *point);

#endif
