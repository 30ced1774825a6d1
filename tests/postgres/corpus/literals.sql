SELECT 1
SELECT 1 AS one, 2 AS two
SELECT 'text' AS a, 1.5 AS b, true AS c, NULL AS d
SELECT 'it''s' AS quoted, E'line\nbreak' AS escaped, $$dollar$$ AS dollar, $tag$a $ b$tag$ AS tagged
SELECT 1::bigint AS a, 1.0::real AS b, '7'::int AS c
SELECT 2147483647 AS a, 2147483648 AS b, 9223372036854775807 AS c
SELECT -1 AS a, - 2 AS b, +3 AS c
SELECT 1e3 AS a, 1.5e-3 AS b, .5 AS c, 5. AS d
SELECT true AND false AS a, true OR NULL AS b, NOT true AS c, NULL AND false AS d
SELECT 1 = 1 AS eq, 1 <> 2 AS ne, 1 != 2 AS ne2, 1 < 2 AS lt, 2 >= 2 AS ge
SELECT NULL = NULL AS a, NULL IS NULL AS b, 1 IS NOT NULL AS c
SELECT 1 IS DISTINCT FROM NULL AS a, NULL IS NOT DISTINCT FROM NULL AS b
SELECT true IS TRUE AS a, NULL::boolean IS UNKNOWN AS b, false IS NOT TRUE AS c
SELECT 5 BETWEEN 1 AND 10 AS a, 5 NOT BETWEEN 1 AND 3 AS b, 5 BETWEEN SYMMETRIC 10 AND 1 AS c
SELECT 1 IN (1, 2, 3) AS a, 4 NOT IN (1, 2) AS b, NULL IN (1) AS c, 1 IN (2, NULL) AS d
SELECT 'b' BETWEEN 'a' AND 'c' AS x
SELECT CASE WHEN 1 > 2 THEN 'a' WHEN 2 > 1 THEN 'b' ELSE 'c' END
SELECT CASE 3 WHEN 1 THEN 'one' WHEN 3 THEN 'three' END AS word
SELECT CASE WHEN false THEN 1 END AS nothing
SELECT CASE WHEN true THEN 1 ELSE 2.5 END AS mixed
SELECT coalesce(NULL, NULL, 3) AS a, coalesce(NULL, 'x') AS b
SELECT nullif(1, 1) AS a, nullif(1, 2) AS b, nullif('a', 'b') AS c
SELECT greatest(1, 5, 3) AS a, least(4, 2, 8) AS b, greatest(NULL, 1) AS c, least(NULL, NULL) AS d
SELECT greatest('a', 'c', 'b') AS x, greatest(1, 2.5) AS y
SELECT 'a' || 'b' AS ab, 'a' || 1 AS a1, 1 || 'a' AS b1, 'a' || NULL AS n
SELECT 'x' || 1.50 AS a, 'x' || true AS b
SELECT 'abc' < 'abd' AS a, 'a' < 'B' AS b, 'Z' < 'a' AS c
SELECT (1, 2) = (1, 2) AS a, (1, 2) < (1, 3) AS b, (1, 'a') <> (1, 'b') AS c
SELECT 1 AS "Mixed Case", 2 AS "select", 3 AS 한글
SELECT '한글' AS k, length('한글') AS n, upper('straße') AS u
SELECT 1 AS a, 2 AS a
SELECT 1, 2, 'x'
SELECT pg_typeof(1), pg_typeof(1.5), pg_typeof('x'::text), pg_typeof(true), pg_typeof(now()), pg_typeof(1::bigint)
SELECT pg_typeof(1 + 1.5) AS a, pg_typeof(1::bigint + 1) AS b, pg_typeof(1 / 2) AS c, pg_typeof(1::real + 1) AS d
SELECT 1 WHERE false
SELECT 1 WHERE true
SELECT 'a' AS x WHERE NULL
VALUES (1, 'a'), (2, 'b')
VALUES (1), (2.5), (NULL)
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(n, t)
SELECT column1, column2 FROM (VALUES (1, 'x'), (2, 'y')) v ORDER BY column1 DESC
TABLE nothing_here
SELECT ALL 1 AS x
SELECT 'a'::text = 'a' AS x, '1' = 1 AS y
SELECT '2024-01-01' < date '2024-01-02' AS x
SELECT B'101'
SELECT 0 = -0 AS z, 1.0 = 1 AS o
SELECT 3 > 2 AND 2 > 1 AS chain
SELECT NOT 1 = 2 AS x
SELECT 'a' 'b'
SELECT 10 % 3 AS m, -10 % 3 AS n, 10 % -3 AS o
SELECT current_database() IS NOT NULL AS d, current_schema AS s
