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
