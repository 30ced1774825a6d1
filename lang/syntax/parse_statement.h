/* The statements, one parse function each; the table in forms.c says which words begin them. The current token is
 * the statement's first word; on success it is parse_at_end() for a well-formed cell (the caller checks). `out` is
 * zeroed but for its kind and verb. Internal to the parser. */
#ifndef LANG_SYNTAX_PARSE_STATEMENT_H
#define LANG_SYNTAX_PARSE_STATEMENT_H

#include "lang/syntax/parse_clause.h"

/* parse_model.c */
enum err_code parse_build(struct parser *p, struct statement *out);
enum err_code parse_fit(struct parser *p, struct statement *out);
enum err_code parse_upload(struct parser *p, struct statement *out);
enum err_code parse_copy_model(struct parser *p, struct statement *out);
enum err_code parse_delete_model(struct parser *p, struct statement *out);
enum err_code parse_use_model(struct parser *p, struct statement *out);
enum err_code parse_generate(struct parser *p, struct statement *out);
enum err_code parse_function(struct parser *p, struct statement *out);

/* parse_picture.c */
enum err_code parse_search(struct parser *p, struct statement *out);
enum err_code parse_explain(struct parser *p, struct statement *out);
enum err_code parse_print(struct parser *p, struct statement *out);

/* parse_data.c */
enum err_code parse_copy(struct parser *p, struct statement *out);
enum err_code parse_get(struct parser *p, struct statement *out);
enum err_code parse_list(struct parser *p, struct statement *out);
enum err_code parse_create_using(struct parser *p, struct statement *out);

/* parse_setting.c */
enum err_code parse_set(struct parser *p, struct statement *out);
enum err_code parse_reset(struct parser *p, struct statement *out);
enum err_code parse_show(struct parser *p, struct statement *out);

#endif
