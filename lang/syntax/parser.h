/* From a cell's text to statements. */
#ifndef LANG_SYNTAX_PARSER_H
#define LANG_SYNTAX_PARSER_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/syntax/ast.h"

/* Parse a whole cell: magic lines, then statements separated by `;`. *out is the first of a chain, NULL for a
 * cell with nothing in it. Errors carry the place and, where one is near, "did you mean". SQL itself is not
 * judged here beyond its tokens (quotes, comments, parentheses): the store does that. */
enum err_code parse_cell(struct arena *a, const char *code, size_t len, struct statement **out, struct err *e);

/* The same for a cell that magic_split() has cut. */
struct magic_part;
enum err_code parse_parts(struct arena *a, const char *code, struct magic_part *parts, struct statement **out,
                          struct err *e);

/* ERR_SYNTAX for a word that begins no statement, with the near ones. For a STATEMENT_NAME that names nothing. */
enum err_code parse_refuse_word(const char *code, struct span at, struct err *e);

#endif
