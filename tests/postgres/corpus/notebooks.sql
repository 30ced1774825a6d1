CREATE TABLE pics (image_path text, label int, score real, taken timestamp, tags text[], meta jsonb)
INSERT INTO pics SELECT 'img/' || i || '.jpg', i % 3, i / 10.0, timestamp '2024-01-01' + i * interval '1 day', ARRAY['t' || i % 2], jsonb_build_object('i', i, 'even', i % 2 = 0) FROM generate_series(1, 30) AS i
SELECT count(*) FROM pics
SELECT * FROM pics WHERE label = 2 ORDER BY image_path LIMIT 3
SELECT label, count(*) AS n, avg(score) AS mean, min(score) AS lo, max(score) AS hi FROM pics GROUP BY label ORDER BY label
SELECT label, round(avg(score)::numeric, 2) AS mean FROM pics GROUP BY label ORDER BY mean DESC
SELECT split_part(image_path, '/', 2) AS file FROM pics ORDER BY length(image_path), image_path LIMIT 5
SELECT substring(image_path from '(\d+)')::int AS n FROM pics ORDER BY n DESC LIMIT 3
SELECT regexp_replace(image_path, '^img/(.*)\.jpg$', '\1') AS stem FROM pics ORDER BY 1 LIMIT 4
SELECT to_char(taken, 'YYYY-MM') AS month, count(*) AS n FROM pics GROUP BY month ORDER BY month
SELECT date_trunc('week', taken)::date AS week, sum(score) AS s FROM pics GROUP BY 1 ORDER BY 1
SELECT unnest(tags) AS tag, count(*) AS n FROM pics GROUP BY tag ORDER BY tag
SELECT t.tag, count(*) AS n FROM pics, unnest(tags) AS t(tag) GROUP BY t.tag ORDER BY 1
SELECT meta ->> 'i' AS i FROM pics WHERE (meta ->> 'even')::boolean ORDER BY (meta ->> 'i')::int LIMIT 3
SELECT count(*) AS n FROM pics WHERE meta @> '{"even": true}'
SELECT label, array_agg(image_path ORDER BY score DESC) AS best FROM pics WHERE score > 2.5 GROUP BY label ORDER BY label
SELECT DISTINCT ON (label) label, image_path, score FROM pics ORDER BY label, score DESC
SELECT image_path FROM pics p WHERE score = (SELECT max(score) FROM pics q WHERE q.label = p.label) ORDER BY image_path
SELECT label, image_path, row_number() OVER (PARTITION BY label ORDER BY score DESC) AS r FROM pics ORDER BY label, r LIMIT 6
SELECT CASE WHEN label = 0 THEN 0 ELSE 10 / label END AS x FROM pics ORDER BY 1 LIMIT 3
SELECT coalesce(1, 1 / 0) AS safe
SELECT label = 1 AS is_one, count(*) AS n FROM pics GROUP BY 1 ORDER BY 1
SELECT label FROM pics GROUP BY label ORDER BY count(*) DESC, label
SELECT count(*) AS n FROM pics GROUP BY label HAVING avg(score) > 1.5 ORDER BY n
SELECT label AS l, l + 1 AS m FROM pics
SELECT label AS l FROM pics WHERE l = 1
SELECT label AS l, count(*) FROM pics GROUP BY l ORDER BY l
SELECT label AS score, count(*) AS n FROM pics GROUP BY score ORDER BY n, 1 LIMIT 3
SELECT -label AS neg FROM pics ORDER BY neg LIMIT 2
SELECT label FROM pics ORDER BY -label LIMIT 1
SELECT 'x' AS label FROM pics ORDER BY label LIMIT 1
SELECT sum(CASE WHEN label = 1 THEN 1 ELSE 0 END) AS ones, count(*) AS n, sum(CASE WHEN label = 1 THEN 1 ELSE 0 END)::float / count(*) AS share FROM pics
SELECT 100.0 * count(*) FILTER (WHERE label = 1) / count(*) AS pct FROM pics
SELECT count(*) / 7 AS q, count(*) % 7 AS r FROM pics
SELECT width_bucket(score, 0, 3, 3) AS b, count(*) AS n FROM pics GROUP BY b ORDER BY b
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY score) AS median FROM pics
SELECT label, string_agg(DISTINCT tags[1], '/' ORDER BY tags[1]) AS t FROM pics GROUP BY label ORDER BY label
SELECT a.label, b.label AS other, count(*) AS n FROM pics a JOIN pics b ON a.taken < b.taken AND a.label <> b.label GROUP BY 1, 2 ORDER BY 1, 2
SELECT label, lag(score) OVER (PARTITION BY label ORDER BY taken) AS before FROM pics ORDER BY taken LIMIT 5
SELECT taken - lag(taken) OVER (ORDER BY taken) AS gap FROM pics ORDER BY taken LIMIT 3
SELECT extract(dow FROM taken) AS d, count(*) AS n FROM pics GROUP BY d ORDER BY d
SELECT now() - taken > interval '1 day' AS old FROM pics LIMIT 1
SELECT NOT (label IN (1, 2)) AS x, count(*) AS n FROM pics GROUP BY 1 ORDER BY 1
SELECT 1 NOT IN (SELECT NULL::int) AS x, 1 IN (SELECT 1 UNION SELECT NULL) AS y
SELECT label IN ('1', '2') AS x FROM pics ORDER BY 1 LIMIT 1
SELECT label IN ('a') FROM pics
SELECT label = '1' AS x FROM pics ORDER BY 1 DESC LIMIT 1
SELECT image_path = 1 FROM pics
SELECT image_path > 'img/2' AS x, count(*) AS n FROM pics GROUP BY 1 ORDER BY 1
SELECT length(image_path) * 1.5 AS x FROM pics ORDER BY 1 LIMIT 1
SELECT score::text AS t FROM pics ORDER BY score LIMIT 3
SELECT score * 2 AS d, score + label AS s FROM pics ORDER BY score LIMIT 3
SELECT sum(score) AS s, sum(label) AS l FROM pics
SELECT sum(label::bigint) AS s FROM pics
SELECT max(image_path) AS m, min(taken) AS t FROM pics
SELECT bool_and(score > 0) AS a, count(DISTINCT tags) AS t FROM pics
UPDATE pics SET score = (SELECT avg(score) FROM pics p WHERE p.label = pics.label) WHERE label = 0
SELECT DISTINCT score FROM pics WHERE label = 0
UPDATE pics SET tags = tags || 'new', meta = meta || '{"seen": true}' WHERE image_path = 'img/1.jpg' RETURNING tags, meta
UPDATE pics SET meta = jsonb_set(meta, '{i}', '99') WHERE image_path = 'img/2.jpg' RETURNING meta ->> 'i' AS i
DELETE FROM pics WHERE label = 2 AND score > (SELECT avg(score) FROM pics) RETURNING image_path
UPDATE pics SET label = label + 0 WHERE score < (SELECT avg(score) FROM pics)
DELETE FROM pics WHERE image_path IN (SELECT image_path FROM pics ORDER BY score LIMIT 2)
SELECT count(*) AS n FROM pics
INSERT INTO pics (image_path, label) VALUES ('a', 1), ('b', NULL) RETURNING image_path, coalesce(label, -1) AS l
INSERT INTO pics (image_path) SELECT 'c' UNION ALL SELECT 'd' RETURNING *
CREATE TABLE stats AS SELECT label, count(*) AS n, avg(score) AS mean FROM pics GROUP BY label
SELECT label, n FROM stats ORDER BY label NULLS FIRST
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'pics' ORDER BY ordinal_position
WITH ranked AS (SELECT *, rank() OVER (ORDER BY score DESC NULLS LAST) AS r FROM pics) SELECT image_path, r FROM ranked WHERE r <= 2 ORDER BY r, image_path
WITH a AS (SELECT label, count(*) AS n FROM pics GROUP BY label), b AS (SELECT max(n) AS m FROM a) SELECT a.label FROM a JOIN b ON a.n = b.m ORDER BY 1
SELECT 12345678901234567890.5 + 1 AS big
SELECT 12345678901234567890::numeric AS big
SELECT 0.1234567890123456789 * 1 AS fine
SELECT 99999999999999999999 = 100000000000000000000 AS same
SELECT 2 ^ 70 AS p, 10 ^ 20 AS q
SELECT true > false AS t, greatest(true, false) AS g
SELECT 'a' < 'b' COLLATE "C" AS c, 'É' > 'z' AS e, '10' < '9' AS n
SELECT upper(image_path) LIKE 'IMG%' AS u FROM pics LIMIT 1
SELECT i, sum(i) OVER (ORDER BY i) AS s FROM generate_series(1, 4) AS i
SELECT i, count(*) OVER (PARTITION BY i % 2) AS c FROM generate_series(1, 4) AS i ORDER BY i
SELECT array_agg(i) AS a, sum(i) FILTER (WHERE i > 2) AS s FROM generate_series(1, 4) AS i
SELECT x.i, y.j FROM generate_series(1, 2) AS x(i) LEFT JOIN generate_series(2, 3) AS y(j) ON x.i = y.j ORDER BY 1
SELECT (SELECT count(*) FROM generate_series(1, n)) AS c FROM (VALUES (1), (3)) v(n)
SELECT n, (SELECT array_agg(i) FROM generate_series(1, n) i) AS a FROM (VALUES (1), (3)) v(n) ORDER BY n
SELECT EXISTS (SELECT 1 FROM pics WHERE label = 99) AS e
SELECT * FROM (SELECT label, n FROM (SELECT label, count(*) AS n FROM pics GROUP BY label) a) b WHERE n > 1 ORDER BY label NULLS FIRST
SELECT p.label, x.m FROM (SELECT DISTINCT label FROM pics WHERE label IS NOT NULL) p CROSS JOIN LATERAL (SELECT max(score) AS m FROM pics q WHERE q.label = p.label) x ORDER BY 1
SELECT label FROM pics UNION SELECT NULL ORDER BY 1 NULLS FIRST
SELECT 1 AS a UNION ALL SELECT 2 AS b ORDER BY a DESC
SELECT 'a' AS x, 1 AS y UNION ALL SELECT NULL, NULL
SELECT * FROM (SELECT 1 AS a UNION SELECT 2) t(z) ORDER BY z
SELECT t.* FROM (VALUES (1, 'x')) AS t (id, name)
SELECT count(*) FROM (SELECT 1 LIMIT 0) t
SELECT sum(n) FROM (SELECT 1 AS n LIMIT 0) t
SELECT date '2024-03-10' + (i || ' days')::interval AS d FROM generate_series(0, 1) i
SELECT make_interval(days => i) AS v FROM generate_series(1, 2) i
SELECT concat_ws(', ', label, score, NULL) AS c FROM pics WHERE image_path = 'a'
SELECT 1.0 AS a, 1.10 AS b, 100 AS c, 1e2 AS d
SELECT round(2.5) AS a, round(-0.5) AS b, round(0.5) AS c, round(1234.5678, 2) AS d
SELECT 7 / 2.0 AS a, 7::float / 2 AS b, 7 / 2 AS c, round(7 / 2.0) AS d
SELECT power(2, 3)::int AS p, sqrt(9)::int AS s, (10 ^ 2)::int AS t
SELECT null::int + 1 AS a, coalesce(null::text, 'd') AS b, nullif('', '') IS NULL AS c
ALTER TABLE pics ALTER COLUMN label TYPE bigint
ALTER TABLE pics ALTER COLUMN label SET NOT NULL
ALTER TABLE pics ADD CONSTRAINT positive CHECK (score > 0)
DROP TABLE stats, pics
