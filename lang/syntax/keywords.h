/* The words of the language, one row each: the lexer's words are looked up here, and completion and
 * "did you mean" read the same rows. Keywords are contextual: none is reserved, a column may be called `image`. */
#ifndef LANG_SYNTAX_KEYWORDS_H
#define LANG_SYNTAX_KEYWORDS_H

#include <stdbool.h>
#include <stddef.h>

enum keyword_trait {
    KEYWORD_THANOSQL = 1,  /* begins a ThanoSQL statement */
    KEYWORD_SQL = 2,       /* begins an SQL statement */
    KEYWORD_NESTS = 4,     /* begins a ThanoSQL statement that returns a table */
    KEYWORD_QUERY = 8,     /* begins a query */
    KEYWORD_NO_ALIAS = 16, /* after a table it goes on with the query, and is never the table's alias */
    KEYWORD_ENDS_FROM = 32 /* ends the list of tables after FROM */
};

#define KEYWORD_CLAUSE (KEYWORD_NO_ALIAS | KEYWORD_ENDS_FROM)

/* In the order of the alphabet: they are found by bisection. */
#define KEYWORD_LIST(X)                            \
    X(ABORT, KEYWORD_SQL)                          \
    X(ALTER, KEYWORD_SQL)                          \
    X(ANALYZE, KEYWORD_SQL)                        \
    X(AND, KEYWORD_NO_ALIAS)                       \
    X(AS, 0)                                       \
    X(ATTACH, KEYWORD_SQL)                         \
    X(AUDIO, 0)                                    \
    X(BEGIN, KEYWORD_SQL)                          \
    X(BUILD, KEYWORD_THANOSQL)                     \
    X(BY, 0)                                       \
    X(CALL, KEYWORD_SQL)                           \
    X(CASE, 0)                                     \
    X(CLOSE, KEYWORD_SQL)                          \
    X(CLUSTER, KEYWORD_SQL)                        \
    X(COMMENT, KEYWORD_SQL)                        \
    X(COMMIT, KEYWORD_SQL)                         \
    X(CONVERT, KEYWORD_THANOSQL | KEYWORD_NESTS)   \
    X(COPY, KEYWORD_THANOSQL)                      \
    X(CREATE, KEYWORD_SQL)                         \
    X(CROSS, KEYWORD_NO_ALIAS)                     \
    X(DATASET, 0)                                  \
    X(DEALLOCATE, KEYWORD_SQL)                     \
    X(DECLARE, KEYWORD_SQL)                        \
    X(DELETE, KEYWORD_THANOSQL | KEYWORD_SQL)      \
    X(DESC, 0)                                     \
    X(DETACH, KEYWORD_SQL)                         \
    X(DISCARD, KEYWORD_SQL)                        \
    X(DISTINCT, 0)                                 \
    X(DO, KEYWORD_SQL)                             \
    X(DROP, KEYWORD_SQL)                           \
    X(END, KEYWORD_SQL)                            \
    X(EVALUATE, KEYWORD_THANOSQL | KEYWORD_NESTS)  \
    X(EXCEPT, KEYWORD_CLAUSE)                      \
    X(EXECUTE, KEYWORD_SQL)                        \
    X(EXPLAIN, KEYWORD_SQL)                        \
    X(FETCH, KEYWORD_SQL | KEYWORD_CLAUSE)         \
    X(FIT, KEYWORD_THANOSQL)                       \
    X(FOR, KEYWORD_CLAUSE)                         \
    X(FROM, KEYWORD_NO_ALIAS)                      \
    X(FULL, KEYWORD_NO_ALIAS)                      \
    X(FUNCTION, KEYWORD_THANOSQL | KEYWORD_NESTS)  \
    X(GENERATE, KEYWORD_THANOSQL | KEYWORD_NESTS)  \
    X(GET, KEYWORD_THANOSQL)                       \
    X(GRANT, KEYWORD_SQL)                          \
    X(GROUP, KEYWORD_CLAUSE)                       \
    X(HAVING, KEYWORD_CLAUSE)                      \
    X(IMAGE, 0)                                    \
    X(INNER, KEYWORD_NO_ALIAS)                     \
    X(INSERT, KEYWORD_SQL)                         \
    X(INTERSECT, KEYWORD_CLAUSE)                   \
    X(INTO, 0)                                     \
    X(JOIN, KEYWORD_NO_ALIAS)                      \
    X(KEYWORD, 0)                                  \
    X(LATERAL, 0)                                  \
    X(LEFT, KEYWORD_NO_ALIAS)                      \
    X(LIKE, KEYWORD_NO_ALIAS)                      \
    X(LIMIT, KEYWORD_CLAUSE)                       \
    X(LIST, KEYWORD_THANOSQL | KEYWORD_NESTS)      \
    X(LISTEN, KEYWORD_SQL)                         \
    X(LOAD, KEYWORD_SQL)                           \
    X(LOCK, KEYWORD_SQL)                           \
    X(MERGE, KEYWORD_SQL)                          \
    X(MODEL, 0)                                    \
    X(NATURAL, KEYWORD_NO_ALIAS)                   \
    X(NOTIFY, KEYWORD_SQL)                         \
    X(OFFSET, KEYWORD_CLAUSE)                      \
    X(ON, KEYWORD_NO_ALIAS)                        \
    X(OPTIONS, 0)                                  \
    X(OR, KEYWORD_NO_ALIAS)                        \
    X(ORDER, KEYWORD_CLAUSE)                       \
    X(PRAGMA, KEYWORD_SQL)                         \
    X(PREDICT, KEYWORD_THANOSQL | KEYWORD_NESTS)   \
    X(PREPARE, KEYWORD_SQL)                        \
    X(PRINT, KEYWORD_THANOSQL)                     \
    X(REFRESH, KEYWORD_SQL)                        \
    X(REINDEX, KEYWORD_SQL)                        \
    X(RELEASE, KEYWORD_SQL)                        \
    X(REPLACE, KEYWORD_SQL)                        \
    X(RESET, KEYWORD_SQL)                          \
    X(RETURNING, KEYWORD_CLAUSE)                   \
    X(REVOKE, KEYWORD_SQL)                         \
    X(RIGHT, KEYWORD_NO_ALIAS)                     \
    X(ROLLBACK, KEYWORD_SQL)                       \
    X(SAVEPOINT, KEYWORD_SQL)                      \
    X(SEARCH, KEYWORD_THANOSQL | KEYWORD_NESTS)    \
    X(SELECT, KEYWORD_SQL | KEYWORD_QUERY)         \
    X(SET, KEYWORD_SQL | KEYWORD_CLAUSE)           \
    X(SHOW, KEYWORD_SQL)                           \
    X(START, KEYWORD_SQL)                          \
    X(TABLE, KEYWORD_SQL | KEYWORD_QUERY)          \
    X(TABLESAMPLE, KEYWORD_NO_ALIAS)               \
    X(TEXT, 0)                                     \
    X(THANOSQL, 0)                                 \
    X(TO, 0)                                       \
    X(TRANSFORM, KEYWORD_THANOSQL | KEYWORD_NESTS) \
    X(TRIGGER, 0)                                  \
    X(TRUNCATE, KEYWORD_SQL)                       \
    X(TUTORIAL, 0)                                 \
    X(UNION, KEYWORD_CLAUSE)                       \
    X(UPDATE, KEYWORD_SQL)                         \
    X(UPLOAD, KEYWORD_THANOSQL)                    \
    X(USING, KEYWORD_NO_ALIAS)                     \
    X(VACUUM, KEYWORD_SQL)                         \
    X(VALUES, KEYWORD_SQL | KEYWORD_QUERY)         \
    X(VIDEO, 0)                                    \
    X(WHERE, KEYWORD_CLAUSE)                       \
    X(WINDOW, KEYWORD_CLAUSE)                      \
    X(WITH, KEYWORD_SQL | KEYWORD_QUERY | KEYWORD_NO_ALIAS)

enum keyword {
    WORD_OTHER, /* any other word */
#define X(word, traits) WORD_##word,
    KEYWORD_LIST(X)
#undef X
        WORD_COUNT
};

/* The keyword spelt text[0..len) in any case, or WORD_OTHER. */
enum keyword keyword_find(const char *text, size_t len);

/* The word in capitals; "" for WORD_OTHER. */
const char *keyword_text(enum keyword k);

/* Whether k has any of the traits. */
bool keyword_is(enum keyword k, unsigned traits);

#endif
