/* What the files of lang/sql share: the statement being lowered, expressions, scopes. Lowering goes on after an error
 * (the first one wins) with harmless pieces, so only sql_lower() looks at the end. */
#ifndef LANG_SQL_LOWER_H
#define LANG_SQL_LOWER_H

#include "lang/sql/check.h"
#include "lang/sql/sql.h"
#include "lang/sql/tree.h"

struct expr {
    struct pgtype type;
    struct rope sql;
    const char *name;    /* the column's name, if it is not given one */
    const char *literal; /* of a quoted literal of type unknown */
    bool null;           /* the word NULL */
    bool plain;          /* a column as it is stored */
    bool constant;       /* a number above 0 */
    long place;
    /* Of a + b - c …, and of a || b …: the terms without what stands around them, so that one more does not nest. */
    struct {
        struct rope terms;
        int count;
        char kind;
        enum pg_base base;
    } chain;
};

struct source_column {
    const char *name;
    struct pgtype type;
    struct rope sql;
    bool merged; /* by USING: the merged column stands for it */
    bool stored; /* in a table of the store, as declared */
};

/* A table of the FROM clause. */
struct source {
    const char *name; /* NULL: none that a query could use */
    struct source_column *columns;
    size_t count;
    bool hidden;     /* not yet to be seen: PostgreSQL sees tables to the left only through LATERAL */
    bool merges;     /* holds the columns of a USING */
    const char *key; /* of a stored table: what makes a row one of a kind there (its primary key), if one column does */
    struct source *next;
};

struct cte {
    const char *name, *sql_name;
    const struct sql_column *columns;
    size_t count;
    struct cte *next;
};

struct target;

/* One query: its tables, and what is known of its groups while its expressions are lowered. */
struct scope {
    struct source *sources, **tail;
    struct cte *ctes;
    struct scope *outer;
    bool grouped;        /* GROUP BY, HAVING or an aggregate */
    const char **groups; /* text of the grouped expressions */
    size_t group_count;
    int in_aggregate;
    bool has_aggregate, has_window;
    const char *clause;    /* where aggregates may not stand, as PostgreSQL calls it; NULL: they may */
    const char *ungrouped; /* a column seen outside of aggregates and groups */
    long ungrouped_place;
    PgQuery__Node **windows; /* the WINDOW clause */
    size_t window_count;
    struct target *targets; /* of the select list, for ORDER BY */
    bool may_expand;        /* set-returning functions may stand here: the select list */
    struct rope expansions; /* arguments of the functions, one after the other */
    const char *expansion_alias;
    struct expansion {
        const char *text; /* of its arguments: the same call twice is one */
        struct expansion *next;
    } * expansion_list;
    int expansion_count;
};

struct lower {
    const struct sql_input *in;
    struct arena *a;
    struct err *e;
    struct check_text text;
    struct scope *scope;
    int depth, counter;
    int subqueries;  /* seen so far, within expressions */
    bool outward;    /* a column of a query around was named since this was last cleared */
    const char *now; /* the statement's time, once it was asked for */
    struct sql_output *out;
};

/* ---- lower.c: places and refusals */
long lower_place(const struct lower *l, long location);
void lower_fail(struct lower *l, enum err_code code, long place, const char *format, ...) ERR_PRINTF(4, 5);
void lower_refuse(struct lower *l, long place, const char *format, ...) ERR_PRINTF(3, 4);
bool lower_failed(const struct lower *l);
const char *lower_name(struct lower *l, const char *stem); /* a new name, for ourselves */
bool lower_enter(struct lower *l);                         /* one level deeper; false: too deep */
void lower_leave(struct lower *l);
struct sql_step *lower_step(struct lower *l);     /* a new last step */
const char *lower_string(const PgQuery__Node *n); /* of a String node, else "" */

/* Append, at a place or nowhere. */
void lower_add(struct lower *l, struct rope *r, const char *text);
void lower_add_name(struct lower *l, struct rope *r, const char *name, long place);

/* ---- expr.c */
struct expr expr_lower(struct lower *l, const PgQuery__Node *n);
struct expr expr_bool(struct lower *l, const PgQuery__Node *n, const char *clause); /* must be boolean */
struct expr expr_make(struct pgtype t, long place);
struct expr expr_fill(struct lower *l, struct pgtype t, long place, const char *pattern, struct expr *args, size_t n);
long expr_place(const PgQuery__Node *n); /* location in the tree of an expression; below 0: none */
struct pgtype expr_common_type(struct lower *l, struct expr *args, size_t n, const char *what);

/* ---- literal.c: constants; a literal takes its type here */
struct expr literal_lower(struct lower *l, const PgQuery__AConst *c);
struct expr literal_convert(struct lower *l, struct expr x, struct pgtype to);
const char *literal_now(struct lower *l); /* the statement's time, "2024-05-06 07:08:09.123456+00" */

/* ---- cast.c */
enum cast_kind { CAST_IMPLICIT, CAST_ASSIGNMENT, CAST_EXPLICIT };
struct expr cast_to(struct lower *l, struct expr x, struct pgtype to, enum cast_kind kind);
bool cast_possible(struct pgtype from, struct pgtype to, enum cast_kind kind);
struct pgtype cast_type_name(struct lower *l, const PgQuery__TypeName *t);

/* ---- operator.c, sublink.c */
struct expr operator_lower(struct lower *l, const char *name, struct expr left, struct expr right, long place);
struct expr operator_unary(struct lower *l, const char *name, struct expr x, long place);
struct expr operator_node(struct lower *l, const PgQuery__AExpr *x);
struct expr operator_any_array(struct lower *l, const PgQuery__AExpr *x, const char *name, bool any, long place);
struct expr operator_sublink(struct lower *l, const PgQuery__SubLink *s);

/* ---- call.c, aggregate.c: functions */
struct expr call_lower(struct lower *l, const PgQuery__FuncCall *f);
struct expr call_named(struct lower *l, const char *name, struct expr *args, size_t n, long place);
bool call_is_aggregate(const PgQuery__FuncCall *f);
struct expr aggregate_lower(struct lower *l, const PgQuery__FuncCall *f, const char *name);
struct rope window_over(struct lower *l, const PgQuery__WindowDef *w, bool definition);
struct rope sort_list(struct lower *l, PgQuery__Node **list, size_t n,
                      struct expr (*lower_one)(struct lower *, const PgQuery__Node *));

/* ---- expand.c: set-returning functions */
struct expand_row;
const struct expand_row *expand_find(const char *name);
struct expr expand_in_select(struct lower *l, const struct expand_row *row, const PgQuery__FuncCall *f);
struct source *expand_in_from(struct lower *l, const PgQuery__RangeFunction *f, struct rope *from);

/* ---- scope.c */
void scope_enter(struct lower *l, struct scope *s);
void scope_leave(struct lower *l);
struct source *scope_add(struct lower *l, const char *name, size_t count);
struct expr scope_column(struct lower *l, const char *table, const char *column, long place);
struct source *scope_find_source(struct lower *l, const char *name, bool outer);
struct cte *scope_find_cte(struct lower *l, const char *name);
const char *scope_schema(struct lower *l, const PgQuery__RangeVar *v); /* "temp." or "", as the store writes it */
struct source *scope_stored(struct lower *l, const PgQuery__RangeVar *v, const char *alias, bool add);
void scope_unknown_column(struct lower *l, const char *table, const char *column, long place);

/* ---- select.c, from.c, setop.c */
struct query {
    struct rope sql;
    struct sql_column *columns;
    size_t count;
    bool single; /* one row at the most */
};
struct query select_lower(struct lower *l, const PgQuery__SelectStmt *s);
struct query select_node(struct lower *l, const PgQuery__Node *n);
struct query select_values(struct lower *l, const PgQuery__SelectStmt *s);
struct query select_setop(struct lower *l, const PgQuery__SelectStmt *s);
struct query select_as(struct lower *l, struct query q, const struct pgtype *types, size_t count);
void select_limit(struct lower *l, const PgQuery__SelectStmt *s, struct rope *r);
struct rope with_lower(struct lower *l, const PgQuery__WithClause *w);
void from_lower(struct lower *l, PgQuery__Node **items, size_t n, struct rope *r);
void from_columns(struct lower *l, struct source *s, const struct sql_column *columns, size_t count,
                  const char *sql_name, const PgQuery__Alias *alias);

/* ---- targets.c: select lists */
struct target {
    struct expr value;
    const char *name;
    long place;
    struct target *next;
};
struct target *targets_lower(struct lower *l, PgQuery__Node **list, size_t n, size_t *count);

/* ---- dml.c, ddl.c, utility.c, catalogue.c: one function a statement */
void dml_insert(struct lower *l, const PgQuery__InsertStmt *s);
void dml_update(struct lower *l, const PgQuery__UpdateStmt *s);
void dml_delete(struct lower *l, const PgQuery__DeleteStmt *s);
void ddl_create(struct lower *l, const PgQuery__CreateStmt *s);
void ddl_create_as(struct lower *l, const PgQuery__CreateTableAsStmt *s);
void ddl_view(struct lower *l, const PgQuery__ViewStmt *s);
void ddl_drop(struct lower *l, const PgQuery__DropStmt *s);
void ddl_truncate(struct lower *l, const PgQuery__TruncateStmt *s);
void ddl_alter(struct lower *l, const PgQuery__AlterTableStmt *s);
void ddl_rename(struct lower *l, const PgQuery__RenameStmt *s);
void ddl_index(struct lower *l, const PgQuery__IndexStmt *s);
void utility_transaction(struct lower *l, const PgQuery__TransactionStmt *s);
void utility_vacuum(struct lower *l, const PgQuery__VacuumStmt *s);
void utility_explain(struct lower *l, const PgQuery__ExplainStmt *s);
void utility_set(struct lower *l, const PgQuery__VariableSetStmt *s);
void utility_show(struct lower *l, const PgQuery__VariableShowStmt *s);
const char *catalogue_view(const char *schema, const char *name, const struct sql_column **columns, size_t *count);
void statement_lower_node(struct lower *l, const PgQuery__Node *n);

#endif
