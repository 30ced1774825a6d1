/* PostgreSQL's catalogue, as far as notebooks ask for it: views over SQLite's own tables. */
#include "lang/sql/lower.h"

#include <string.h>

#define USERS                                                                                                        \
    " FROM (SELECT 'public' AS s, * FROM main.sqlite_schema UNION ALL SELECT 'pg_temp', * FROM temp.sqlite_schema) " \
    "AS m "                                                                                                          \
    "WHERE m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name NOT LIKE 'thanosql\\_%' ESCAPE '\\' AND "

static const struct sql_column table_columns[] = {
    {"table_catalog", {.base = PG_NAME}, false, false},
    {"table_schema", {.base = PG_NAME}, false, false},
    {"table_name", {.base = PG_NAME}, false, false},
    {"table_type", {.base = PG_VARCHAR}, false, false},
};
static const struct sql_column column_columns[] = {
    {"table_catalog", {.base = PG_NAME}, false, false},    {"table_schema", {.base = PG_NAME}, false, false},
    {"table_name", {.base = PG_NAME}, false, false},       {"column_name", {.base = PG_NAME}, false, false},
    {"ordinal_position", {.base = PG_INT4}, false, false}, {"column_default", {.base = PG_VARCHAR}, false, false},
    {"is_nullable", {.base = PG_VARCHAR}, false, false},   {"data_type", {.base = PG_VARCHAR}, false, false},
};
static const struct sql_column schemata_columns[] = {
    {"catalog_name", {.base = PG_NAME}, false, false},
    {"schema_name", {.base = PG_NAME}, false, false},
};
static const struct sql_column pg_tables_columns[] = {
    {"schemaname", {.base = PG_NAME}, false, false},
    {"tablename", {.base = PG_NAME}, false, false},
    {"tableowner", {.base = PG_NAME}, false, false},
};
static const struct sql_column pg_views_columns[] = {
    {"schemaname", {.base = PG_NAME}, false, false},
    {"viewname", {.base = PG_NAME}, false, false},
    {"viewowner", {.base = PG_NAME}, false, false},
};
static const struct sql_column pg_indexes_columns[] = {
    {"schemaname", {.base = PG_NAME}, false, false},
    {"tablename", {.base = PG_NAME}, false, false},
    {"indexname", {.base = PG_NAME}, false, false},
};

#define VIEW(schema, name, columns, sql) \
    { schema, name, columns, sizeof columns / sizeof *columns, sql }

static const struct {
    const char *schema, *name;
    const struct sql_column *columns;
    size_t count;
    const char *sql;
} views[] = {
    VIEW("information_schema", "tables", table_columns,
         "SELECT 'thanosql' AS table_catalog, m.s AS table_schema, m.name AS table_name, CASE m.type WHEN 'view' THEN "
         "'VIEW' ELSE 'BASE TABLE' END AS table_type" USERS "m.type IN ('table', 'view')"),
    VIEW(
        "information_schema", "columns", column_columns,
        "SELECT 'thanosql' AS table_catalog, m.s AS table_schema, m.name AS table_name, x.name AS column_name, x.cid + "
        "1 "
        "AS ordinal_position, x.dflt_value AS column_default, CASE WHEN x.\"notnull\" OR (x.pk AND x.type = 'INTEGER') "
        "THEN 'NO' ELSE 'YES' END AS is_nullable, pg_declared(x.type, m.sql, x.cid) AS data_type FROM (SELECT 'public' "
        "AS s, * "
        "FROM main.sqlite_schema UNION ALL SELECT 'pg_temp', * FROM temp.sqlite_schema) AS m, "
        "pragma_table_xinfo(m.name) "
        "AS x WHERE x.hidden <> 1 AND m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND "
        "m.name NOT "
        "LIKE 'thanosql\\_%' ESCAPE '\\'"),
    VIEW("information_schema", "schemata", schemata_columns,
         "SELECT 'thanosql' AS catalog_name, 'public' AS schema_name UNION ALL SELECT 'thanosql', 'information_schema' "
         "UNION "
         "ALL SELECT 'thanosql', 'pg_catalog'"),
    VIEW("pg_catalog", "pg_tables", pg_tables_columns,
         "SELECT m.s AS schemaname, m.name AS tablename, 'thanosql' AS tableowner" USERS "m.type = 'table'"),
    VIEW("pg_catalog", "pg_views", pg_views_columns,
         "SELECT m.s AS schemaname, m.name AS viewname, 'thanosql' AS viewowner" USERS "m.type = 'view'"),
    VIEW("pg_catalog", "pg_indexes", pg_indexes_columns,
         "SELECT m.s AS schemaname, m.tbl_name AS tablename, m.name AS indexname" USERS "m.type = 'index'"),
};

const char *catalogue_view(const char *schema, const char *name, const struct sql_column **columns, size_t *count) {
    bool bare = !schema || !*schema;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        bool here = bare ? strcmp(views[i].schema, "pg_catalog") == 0 : strcmp(views[i].schema, schema) == 0;
        if (here && strcmp(views[i].name, name) == 0) {
            *columns = views[i].columns;
            *count = views[i].count;
            return views[i].sql;
        }
    }
    return NULL;
}
