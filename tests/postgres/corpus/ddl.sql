CREATE TABLE t (id int PRIMARY KEY, name varchar(5), price numeric(6,2) DEFAULT 1.5, made timestamp DEFAULT now(), ok boolean NOT NULL DEFAULT false)
INSERT INTO t (id) VALUES (1)
SELECT id, name, price, ok FROM t
INSERT INTO t (id, name) VALUES (2, 'toolong')
INSERT INTO t (id, name) VALUES (1, 'dup')
INSERT INTO t (id, ok) VALUES (3, NULL)
INSERT INTO t (id, price) VALUES (4, 123456.789)
INSERT INTO t (id, price) VALUES (4, 123.456)
INSERT INTO t (id, name, ok) VALUES (5, 'a', 'yes'), (6, 'b', false)
INSERT INTO t (id, nosuch) VALUES (7, 1)
INSERT INTO t VALUES (8, 'x', 1, now(), true, 9)
INSERT INTO t (id, id) VALUES (1, 2)
INSERT INTO t (id) VALUES ('x')
INSERT INTO t (id, ok) VALUES (9, 5)
SELECT id, name, price, ok FROM t ORDER BY id
INSERT INTO t (id, name) VALUES (10, 'r') RETURNING id, name, price
INSERT INTO t (id, name) VALUES (10, 'again') ON CONFLICT DO NOTHING
INSERT INTO t (id, name) VALUES (10, 'new') ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id, name
INSERT INTO t (id, name) VALUES (10, 'zz') ON CONFLICT (id) DO UPDATE SET name = t.name || '!' WHERE t.id = 10 RETURNING name
INSERT INTO t (id, name) SELECT id + 100, 'c' FROM t WHERE id < 5 RETURNING id
UPDATE t SET name = 'upd' WHERE id = 1 RETURNING id, name, upper(name) AS u
UPDATE t SET price = price * 2, ok = true WHERE id IN (1, 5)
SELECT id, price, ok FROM t WHERE ok ORDER BY id
UPDATE t SET nosuch = 1
UPDATE t SET id = 'x'
UPDATE t SET (name, price) = ('m', 9) WHERE id = 6 RETURNING name, price
UPDATE t SET name = v.n FROM (VALUES (1, 'one'), (5, 'five')) AS v(i, n) WHERE t.id = v.i
SELECT id, name FROM t WHERE id IN (1, 5) ORDER BY id
UPDATE t AS x SET name = 'al' WHERE x.id = 6
DELETE FROM t WHERE id = 6 RETURNING id, name, 1 AS gone
DELETE FROM t USING (VALUES (101)) AS v(i) WHERE t.id = v.i
SELECT count(*) AS n FROM t
DELETE FROM t WHERE id > 100
DELETE FROM nosuch
INSERT INTO nosuch VALUES (1)
CREATE TABLE t (x int)
CREATE TABLE IF NOT EXISTS t (x int)
CREATE TABLE u AS SELECT id, name, price FROM t WHERE id < 6
SELECT * FROM u ORDER BY id
CREATE TABLE u2 (a, b) AS SELECT 1, 'x'
SELECT a, b FROM u2
SELECT id AS n, name INTO u3 FROM t WHERE id = 1
SELECT * FROM u3
CREATE TEMP TABLE tmp (a int, b text)
INSERT INTO tmp VALUES (1, 'x')
SELECT * FROM tmp
CREATE TABLE bad (x nosuchtype)
CREATE TABLE bad (x int, x int)
CREATE TABLE c (a int CHECK (a > 0), b int UNIQUE, c text CHECK (length(c) < 4))
INSERT INTO c VALUES (0, 1, 'x')
INSERT INTO c VALUES (1, 1, 'x')
INSERT INTO c VALUES (2, 1, 'y')
INSERT INTO c VALUES (2, 2, 'long text')
CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED)
INSERT INTO g (a) VALUES (4)
SELECT * FROM g
CREATE TABLE ident (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)
INSERT INTO ident (v) VALUES ('a'), ('b')
SELECT * FROM ident ORDER BY id
CREATE TABLE p (id int PRIMARY KEY)
CREATE TABLE k (pid int REFERENCES p (id) ON DELETE CASCADE)
INSERT INTO k VALUES (1)
INSERT INTO p VALUES (1)
INSERT INTO k VALUES (1)
DELETE FROM p WHERE id = 1
SELECT count(*) AS n FROM k
ALTER TABLE u ADD COLUMN extra int DEFAULT 7
SELECT id, extra FROM u ORDER BY id
ALTER TABLE u RENAME COLUMN extra TO more
ALTER TABLE u DROP COLUMN price
SELECT * FROM u ORDER BY id
ALTER TABLE u RENAME TO w
SELECT count(*) AS n FROM w
ALTER TABLE w ADD COLUMN id int
ALTER TABLE nosuch ADD COLUMN a int
ALTER TABLE w DROP COLUMN nosuch
CREATE VIEW v AS SELECT id, upper(name) AS big FROM t
SELECT * FROM v ORDER BY id
CREATE VIEW v AS SELECT 1
CREATE OR REPLACE VIEW v AS SELECT id, upper(name) AS big FROM t WHERE id < 5
SELECT count(*) AS n FROM v
CREATE INDEX ON t (name)
CREATE UNIQUE INDEX t_price ON t (price, id)
CREATE INDEX t_price ON t (price)
DROP INDEX t_price
DROP INDEX nosuch
TRUNCATE c
SELECT count(*) AS n FROM c
DROP VIEW v
DROP TABLE nosuch
DROP TABLE IF EXISTS nosuch
DROP TABLE t, g
SELECT * FROM t
SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'c' ORDER BY ordinal_position
SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename
CREATE TABLE types (a smallint, b bigint, c real, d double precision, e char(3), f date, g time, h timestamptz, i interval, j json, k jsonb, l uuid, m bytea, n int[], o text[])
INSERT INTO types VALUES (1, 2, 1.5, 2.5, 'ab', '2024-05-06', '10:20', '2024-05-06 10:20+00', '1 day', '{"a":1}', '{"b":2, "a":1}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\x01', '{1,2}', '{x,y}')
SELECT * FROM types
SELECT f + 1 AS a, h + i AS b, k -> 'b' AS c, n[1] AS d, o || 'z' AS e FROM types
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'types' ORDER BY ordinal_position
INSERT INTO types (a) VALUES (100000)
INSERT INTO types (f) VALUES ('nope')
UPDATE types SET a = a + 1, n = array_append(n, 3) RETURNING a, n
INSERT INTO types (n) VALUES ('{1,x}')
CREATE TABLE dflt (a int DEFAULT 5, b text DEFAULT 'q', c date DEFAULT current_date)
INSERT INTO dflt DEFAULT VALUES
SELECT a, b, c = current_date AS today FROM dflt
INSERT INTO dflt (a, b) VALUES (DEFAULT, 'z') RETURNING a, b
CREATE TABLE "Quoted Name" ("Col A" int, "select" text)
INSERT INTO "Quoted Name" VALUES (1, 'x')
SELECT "Col A", "select" FROM "Quoted Name"
CREATE TABLE 한글표 (이름 text, 값 int)
INSERT INTO 한글표 VALUES ('가', 1)
SELECT 이름, 값 + 1 AS 다음 FROM 한글표
COMMENT ON TABLE dflt IS 'x'
CREATE SCHEMA s
GRANT SELECT ON dflt TO PUBLIC
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE SEQUENCE sq
BEGIN
INSERT INTO dflt (a) VALUES (77)
SELECT count(*) AS n FROM dflt WHERE a = 77
ROLLBACK
SELECT count(*) AS n FROM dflt WHERE a = 77
BEGIN
INSERT INTO dflt (a) VALUES (78)
SAVEPOINT one
INSERT INTO dflt (a) VALUES (79)
ROLLBACK TO one
COMMIT
SELECT a FROM dflt WHERE a > 76 ORDER BY a
COMMIT
ROLLBACK
SAVEPOINT outside
SET search_path TO public
SHOW timezone
SHOW server_encoding
SHOW nosuch
SET nosuch = 1
SET work_mem = '8MB'
EXPLAIN SELECT nosuch FROM dflt
MERGE INTO dflt USING (SELECT 1 AS a) s ON dflt.a = s.a WHEN MATCHED THEN DELETE
LOCK TABLE dflt
VACUUM nosuch
