SELECT ARRAY[1,2,3] AS a, ARRAY['a','b'] AS b, ARRAY[1.5, 2] AS c, ARRAY[true, NULL] AS d
SELECT (ARRAY[1,2,3])[1] AS a, (ARRAY['x','y'])[2] AS b, (ARRAY[1,2])[5] AS c, (ARRAY[1,2,3])[2:3] AS d, (ARRAY[1,2,3])[:2] AS e
SELECT array_length(ARRAY[1,2,3], 1) AS a, array_length('{}'::int[], 1) AS b, cardinality(ARRAY[1,2]) AS c, array_upper(ARRAY[1,2], 1) AS d
SELECT array_append(ARRAY[1,2], 3) AS a, array_prepend(0, ARRAY[1,2]) AS b, array_cat(ARRAY[1], ARRAY[2,3]) AS c
SELECT ARRAY[1,2] || 3 AS a, 0 || ARRAY[1,2] AS b, ARRAY[1] || ARRAY[2] AS c
SELECT array_remove(ARRAY[1,2,1], 1) AS a, array_replace(ARRAY[1,2,1], 1, 9) AS b, array_position(ARRAY['a','b'], 'b') AS c
SELECT ARRAY[1,2,3] @> ARRAY[2] AS a, ARRAY[2] <@ ARRAY[1,2] AS b, ARRAY[1,2] && ARRAY[2,3] AS c
SELECT ARRAY[1,2] = ARRAY[1,2] AS a, ARRAY[1,2] < ARRAY[1,3] AS b, ARRAY[1,2] <> ARRAY[2,1] AS c
SELECT 2 = ANY(ARRAY[1,2]) AS a, 5 = ANY(ARRAY[1,2]) AS b, 1 < ALL(ARRAY[2,3]) AS c, NULL = ANY(ARRAY[1]) AS d
SELECT 'a' = ANY('{a,b}') AS a, 3 <> ALL('{1,2}') AS b
SELECT unnest(ARRAY[1,2,3]) AS x
SELECT * FROM unnest(ARRAY['a','b']) AS t(v)
SELECT * FROM unnest(ARRAY['a','b']) WITH ORDINALITY AS t(v, n)
SELECT unnest(ARRAY[1,2]) AS a, unnest(ARRAY['x','y','z']) AS b
SELECT array_agg(x) AS a FROM (VALUES (3), (1), (2)) v(x)
SELECT array_agg(x ORDER BY x) AS a, array_agg(DISTINCT y ORDER BY y) AS b FROM (VALUES (3, 'b'), (1, 'a'), (2, 'b')) v(x, y)
SELECT ARRAY(SELECT x FROM (VALUES (1), (2)) v(x) ORDER BY x DESC) AS a
SELECT ARRAY[]::int[] AS a, '{}'::text[] AS b
SELECT ARRAY[]
SELECT ARRAY[1, 'x']
SELECT ARRAY['a b', 'c,d', 'e"f', '', NULL, 'NULL'] AS a
SELECT ARRAY[[1,2],[3,4]] AS a, array_ndims(ARRAY[[1,2],[3,4]]) AS b
SELECT array_to_string(ARRAY[1.5, 2], ' ') AS a
SELECT '{1,2}'::int[]::text AS a, ARRAY[1,2]::text[] AS b, ARRAY['1','2']::int[] AS c
SELECT generate_series(1, 3) AS a
SELECT generate_series(1, 10, 3) AS a
SELECT generate_series(3, 1, -1) AS a
SELECT generate_series(1, 3, 0)
SELECT generate_series(1.0, 2.0, 0.5) AS a
SELECT generate_series(1, 2) AS a, generate_series(1, 3) AS b
SELECT x, x * x AS y FROM generate_series(1, 4) AS x
SELECT * FROM generate_series(1, 2) AS a(n), generate_series(1, 2) AS b(m)
SELECT a.n, b.n FROM generate_series(1, 2) AS a(n) JOIN generate_series(2, 3) AS b(n) ON a.n = b.n
SELECT sum(x) AS s FROM generate_series(1, 100) AS x
SELECT generate_subscripts(ARRAY['a','b','c'], 1) AS i
SELECT count(*) AS n FROM generate_series(1, 1000)
SELECT array_length(array_agg(x), 1) AS n FROM generate_series(1, 10) x
SELECT array_positions(ARRAY[1,2,1], 1) AS p
SELECT (ARRAY[1,2,3])[2] + 1 AS x
SELECT ARRAY[date '2024-01-01', date '2024-01-02'] AS d
SELECT trim_array(ARRAY[1,2,3], 1) AS t
SELECT array_fill(7, ARRAY[3]) AS f
SELECT array_dims(ARRAY[1,2]) AS d
SELECT x FROM unnest(ARRAY[3,1,2]) AS x ORDER BY x
SELECT string_agg(x::text, ',' ORDER BY x) AS s FROM unnest(ARRAY[3,1,2]) AS x
