CREATE TABLE items (id int PRIMARY KEY, v vector(3))
INSERT INTO items VALUES (1, '[1,0,0]'), (2, '[0,1,0]'), (3, '[1,1,1]'), (4, NULL)
SELECT * FROM items ORDER BY id
SELECT id, v <-> '[1,0,0]' AS d FROM items ORDER BY d, id
SELECT id, v <=> '[1,0,0]' AS d FROM items WHERE v IS NOT NULL ORDER BY d, id
SELECT id, v <#> '[1,2,3]' AS d FROM items WHERE v IS NOT NULL ORDER BY id
SELECT id FROM items WHERE v IS NOT NULL ORDER BY v <-> '[0,1,0]' LIMIT 2
SELECT id, l2_distance(v, '[1,1,1]') AS a, cosine_distance(v, '[1,1,1]') AS b, inner_product(v, '[1,1,1]') AS c, l1_distance(v, '[1,1,1]') AS e FROM items WHERE v IS NOT NULL ORDER BY id
SELECT vector_dims(v) AS d, vector_norm(v) AS n FROM items WHERE id = 3
SELECT avg(v) AS a, sum(v) AS s FROM items
SELECT v + '[1,1,1]' AS a, v - '[1,0,0]' AS b, v * '[2,2,2]' AS c FROM items WHERE id = 1
SELECT id FROM items WHERE v = '[0,1,0]'
INSERT INTO items VALUES (5, '[1,2]')
INSERT INTO items VALUES (5, 'x')
SELECT v <-> '[1,2]' FROM items
SELECT '[1,2,3]'::vector::text AS t, v::text AS u FROM items WHERE id = 3
SELECT v::real[] AS a FROM items WHERE id = 1
SELECT count(*) AS n FROM items WHERE v <-> '[1,0,0]' < 1
UPDATE items SET v = v + '[1,1,1]' WHERE id = 1 RETURNING v
SELECT a.id, b.id AS near FROM items a JOIN items b ON a.id < b.id AND a.v <=> b.v < 0.9 ORDER BY 1, 2
CREATE TABLE vs (id int, g int, v vector(2))
INSERT INTO vs VALUES (1, 1, '[1.5,0]'), (2, 1, '[3,1]'), (3, 2, '[-1,2]'), (4, 2, '[-2.5,2]'), (5, 2, NULL), (6, 3, '[0,-1]'), (7, 3, '[1.5,-7]')
SELECT id FROM vs ORDER BY v, id
SELECT id FROM vs ORDER BY v DESC, id
SELECT id, v < '[1.5,0]' AS a, v >= '[0,0]' AS b, v <> '[3,1]' AS c, v > '[-2,0]'::vector AS d FROM vs ORDER BY id
SELECT count(DISTINCT v) AS n FROM vs
SELECT g, avg(v) AS m, sum(v) AS s, count(v) AS n FROM vs GROUP BY g ORDER BY g
SELECT id, sum(v) OVER (ORDER BY id) AS s FROM vs ORDER BY id
SELECT id, avg(v) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM vs ORDER BY id
SELECT id, avg(v) OVER (PARTITION BY g) AS s FROM vs ORDER BY id
SELECT max(v) FROM vs
SELECT avg(v) FILTER (WHERE g = 2) AS m FROM vs
SELECT id FROM vs WHERE v IS NOT NULL ORDER BY v <-> (SELECT avg(v) FROM vs WHERE g = 2) LIMIT 3
SELECT a.id, b.id AS other, a.v <-> b.v AS d FROM vs a CROSS JOIN LATERAL (SELECT id, v FROM vs WHERE id <> a.id AND v IS NOT NULL ORDER BY v <-> a.v, id LIMIT 1) b WHERE a.v IS NOT NULL ORDER BY a.id
SELECT '[1,2,3]'::vector <-> '[1,2,4]'::vector AS a, '[1,2,3]'::vector <#> '[1,2,4]' AS b
SELECT '[1,2,3]'::vector(3) <+> '[1,2,4]' AS c
SELECT ARRAY[1,2,3]::vector AS d, '[1, 2 ,3]'::vector AS e
SELECT '[1,2]'::vector || '[3]'::vector AS c
SELECT '[1,2'::vector
SELECT '[]'::vector
SELECT '[1,2,3]'::vector(2)
SELECT l2_normalize('[3,4]'::vector) AS a
SELECT vector_norm('[3,4]'::vector) AS b, l1_distance('[1,2]'::vector, '[3,4]') AS c
SELECT v + '[1,2,3]' FROM vs
SELECT v - v AS z, v * v AS s FROM vs WHERE id = 2
CREATE TABLE means AS SELECT g, avg(v) AS m FROM vs GROUP BY g
SELECT vs.id, means.g FROM vs JOIN means ON means.g = vs.g WHERE vs.v <=> means.m < 0.5 ORDER BY vs.id
SELECT CASE WHEN g = 1 THEN v ELSE '[0,0]' END AS c, coalesce(v, '[9,9]') AS d FROM vs ORDER BY id
SELECT id, v AS w FROM vs ORDER BY 2, 1
SELECT v AS w FROM vs ORDER BY w DESC NULLS LAST, id
SELECT DISTINCT v FROM vs ORDER BY v
SELECT id, (SELECT b.id FROM vs b WHERE b.id <> a.id AND b.v IS NOT NULL ORDER BY b.v <-> a.v, b.id LIMIT 1) AS near FROM vs a WHERE v IS NOT NULL ORDER BY id
SELECT id, (SELECT string_agg(id::text, ',' ORDER BY id) FROM (SELECT id FROM vs b WHERE b.v IS NOT NULL ORDER BY b.v <-> a.v, b.id LIMIT 2) c) AS near FROM vs a WHERE v IS NOT NULL ORDER BY id
SELECT a.id, c.g, c.n FROM vs a CROSS JOIN LATERAL (SELECT g, count(*) AS n FROM vs b GROUP BY g ORDER BY abs(g - a.g), g LIMIT 1) c ORDER BY a.id
SELECT v * 2 AS d, 0.5 * v AS h FROM vs WHERE id = 2
