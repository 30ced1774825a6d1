/* How the atoms of a branch hang together. What groups take depends on it: PostgreSQL reads as many atoms as it can as
 * one text, and takes it apart only at groups, at \1, and where a wish for the longest meets one for the shortest. This
 * is the tree of its regcomp.c, parseqatom(), but for atoms with \1, whose repetitions are written out here. */
#ifndef LANG_SQL_REGEX_BRANCH_H
#define LANG_SQL_REGEX_BRANCH_H

#include "lang/sql/regex_tree.h"

/* Of the arena. NULL with an error: no memory. */
struct regex_node *regex_node_new(struct arena *a, enum regex_kind kind, struct regex_node *left,
                                  struct regex_node *right, struct err *e);

/* An atom, repeated as it may be. */
struct regex_piece {
    struct regex_node *node;
    enum regex_wish wish; /* of the repetition, else the atom's; the node has none of a {1,1} */
    bool apart;           /* what stands before it is not read as one text with it */
};

struct regex_times {
    int least, most;      /* most below 0: without end */
    enum regex_wish wish; /* EITHER for {m}: the atom's */
};

/* *copies counts nodes written out. ERR_VALUE where they are too many. */
enum err_code regex_piece_make(struct arena *a, struct regex_node *atom, const struct regex_times *times,
                               size_t *copies, struct regex_piece *out, struct err *e);

/* The pieces one behind the other; none are the empty text. NULL: an error. */
struct regex_node *regex_branch_join(struct arena *a, struct regex_piece *pieces, size_t count, struct err *e);

#endif
