/* The words for PostgreSQL's parse tree: libpg_query's protobuf structures, in one place. Only lang/sql reads them. */
#ifndef LANG_SQL_TREE_H
#define LANG_SQL_TREE_H

#include <pg_query/pg_query.pb-c.h>

#define NODE_IS(node, name) ((node) && (node)->node_case == PG_QUERY__NODE__NODE_##name)

#endif
