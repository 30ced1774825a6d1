CREATE TABLE dept (id int PRIMARY KEY, name text NOT NULL)
INSERT INTO dept VALUES (1, 'Sales'), (2, 'Research'), (3, 'Empty')
CREATE TABLE emp (id serial PRIMARY KEY, name text, dept_id int REFERENCES dept (id), salary numeric(10,2), hired date, active boolean DEFAULT true)
INSERT INTO emp (name, dept_id, salary, hired) VALUES ('Ann', 1, 1000, '2020-01-15'), ('Bob', 1, 1500.50, '2021-03-01'), ('Cid', 2, 2000, '2019-07-20'), ('Dan', NULL, 500, '2022-11-11'), ('Eve', 2, NULL, '2023-02-28')
UPDATE emp SET active = false WHERE name = 'Dan'
SELECT e.name, d.name FROM emp e JOIN dept d ON e.dept_id = d.id ORDER BY e.id
SELECT e.name, d.name AS dept FROM emp e LEFT JOIN dept d ON e.dept_id = d.id ORDER BY e.id
SELECT e.name, d.name AS dept FROM emp e RIGHT JOIN dept d ON e.dept_id = d.id ORDER BY d.id, e.id
SELECT e.name, d.name AS dept FROM emp e FULL JOIN dept d ON e.dept_id = d.id ORDER BY e.name, d.name
SELECT count(*) AS n FROM emp CROSS JOIN dept
SELECT count(*) AS n FROM emp, dept WHERE emp.dept_id = dept.id
SELECT * FROM (SELECT 1 AS id, 'a' AS x) a JOIN (SELECT 1 AS id, 'b' AS y) b USING (id)
SELECT * FROM (SELECT 1 AS id, 'a' AS x) a NATURAL JOIN (SELECT 1 AS id, 'b' AS y) b
SELECT id, x, y FROM (SELECT 1 AS id, 'a' AS x) a FULL JOIN (SELECT 2 AS id, 'b' AS y) b USING (id) ORDER BY id
SELECT a.id, b.id FROM (SELECT 1 AS id) a LEFT JOIN (SELECT 2 AS id) b USING (id)
SELECT a.name, b.name FROM emp a JOIN emp b ON a.id = b.id + 1 ORDER BY a.id
SELECT e.* FROM emp e JOIN dept d ON d.id = e.dept_id WHERE d.name = 'Sales' ORDER BY e.id
SELECT emp.name FROM emp ORDER BY emp.name LIMIT 2
SELECT name FROM emp e JOIN dept d ON e.dept_id = d.id
SELECT x.name FROM emp e
SELECT e.name, t.n FROM emp e, LATERAL (SELECT count(*) AS n FROM emp x WHERE x.dept_id = e.dept_id) t ORDER BY e.id
SELECT e.name, t.top FROM dept e LEFT JOIN LATERAL (SELECT name AS top FROM emp x WHERE x.dept_id = e.id ORDER BY salary DESC NULLS LAST LIMIT 1) t ON true ORDER BY e.id
SELECT e.name, g FROM emp e, generate_series(1, e.id) AS g ORDER BY e.id, g
SELECT d.name, e.name FROM dept d JOIN (emp e JOIN dept d2 ON d2.id = e.dept_id) ON d.id = e.dept_id ORDER BY e.id
SELECT * FROM emp e JOIN emp e ON true
SELECT name FROM emp WHERE dept_id IN (SELECT id FROM dept WHERE name = 'Sales') ORDER BY name
SELECT name FROM emp WHERE dept_id NOT IN (SELECT id FROM dept WHERE name = 'Sales') ORDER BY name
SELECT name FROM dept d WHERE EXISTS (SELECT 1 FROM emp e WHERE e.dept_id = d.id) ORDER BY name
SELECT name FROM dept d WHERE NOT EXISTS (SELECT 1 FROM emp e WHERE e.dept_id = d.id)
SELECT name, (SELECT d.name FROM dept d WHERE d.id = e.dept_id) AS dept FROM emp e ORDER BY e.id
SELECT (SELECT id FROM dept)
SELECT (SELECT id, name FROM dept WHERE id = 1)
SELECT (SELECT id FROM dept WHERE id = 99) AS nothing
SELECT name FROM emp WHERE salary > (SELECT avg(salary) FROM emp) ORDER BY name
SELECT name FROM emp WHERE salary >= ALL (SELECT salary FROM emp WHERE salary IS NOT NULL)
SELECT name FROM emp WHERE salary > ANY (SELECT salary FROM emp WHERE dept_id = 1) ORDER BY name
SELECT name FROM emp WHERE (dept_id, active) IN (SELECT id, true FROM dept) ORDER BY name
SELECT name FROM emp WHERE (dept_id, name) = (1, 'Ann')
SELECT * FROM (SELECT name, salary FROM emp) AS t WHERE salary > 900 ORDER BY name
SELECT * FROM (SELECT name FROM emp WHERE id = 1)
SELECT t.a FROM (SELECT 1 AS a) t WHERE t.b = 1
SELECT avg(n) AS a FROM (SELECT dept_id, count(*) AS n FROM emp GROUP BY dept_id) t
WITH t AS (SELECT * FROM emp WHERE dept_id = 1) SELECT name FROM t ORDER BY name
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM a, b
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) AS s FROM t
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n * 2 FROM t WHERE n < 100) SELECT * FROM t
WITH RECURSIVE f(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM f WHERE b < 50) SELECT a FROM f
WITH t AS (SELECT 1 AS x) SELECT * FROM t WHERE x IN (SELECT x FROM t)
WITH t(p, q) AS (SELECT 1, 2) SELECT p, q FROM t
WITH t AS MATERIALIZED (SELECT 1 AS x) SELECT x FROM t
WITH t AS (SELECT 1), t AS (SELECT 2) SELECT * FROM t
SELECT 1 AS x UNION SELECT 2 UNION SELECT 1 ORDER BY x
SELECT 1 AS x UNION ALL SELECT 1
SELECT id FROM dept INTERSECT SELECT dept_id FROM emp ORDER BY 1
SELECT id FROM dept EXCEPT SELECT dept_id FROM emp
SELECT x FROM (VALUES (1), (1), (2)) v(x) INTERSECT ALL SELECT x FROM (VALUES (1), (1), (3)) w(x)
SELECT x FROM (VALUES (1), (1), (2)) v(x) EXCEPT ALL SELECT 1
SELECT 1 AS n, 'a' AS t UNION SELECT 2, 'b' ORDER BY n DESC
SELECT 1 UNION SELECT 'x'
SELECT 1 UNION SELECT '2'
SELECT 1, 2 UNION SELECT 1
SELECT 1 AS x UNION SELECT 2.5 ORDER BY x
SELECT NULL AS x UNION SELECT 1 ORDER BY x
(SELECT 1 AS x ORDER BY x LIMIT 1) UNION ALL (SELECT 2 ORDER BY 1)
SELECT name FROM emp UNION SELECT name FROM dept ORDER BY name LIMIT 3 OFFSET 1
SELECT 1 AS x UNION SELECT 2 INTERSECT SELECT 2 ORDER BY x
SELECT DISTINCT dept_id FROM emp ORDER BY dept_id
SELECT DISTINCT ON (dept_id) dept_id, name FROM emp ORDER BY dept_id, salary DESC NULLS LAST
SELECT DISTINCT ON (dept_id) name FROM emp ORDER BY name
SELECT DISTINCT name FROM emp ORDER BY salary
SELECT name FROM emp ORDER BY salary
SELECT name FROM emp ORDER BY salary DESC
SELECT name FROM emp ORDER BY salary NULLS FIRST, name
SELECT name, salary * 2 AS double FROM emp ORDER BY double DESC NULLS LAST
SELECT name FROM emp ORDER BY length(name), name DESC
SELECT name FROM emp ORDER BY 2
SELECT name FROM emp ORDER BY nosuch
SELECT name FROM emp ORDER BY name LIMIT 2
SELECT name FROM emp ORDER BY name OFFSET 3
SELECT name FROM emp ORDER BY name LIMIT 2 OFFSET 1
SELECT name FROM emp ORDER BY name FETCH FIRST 2 ROWS ONLY
SELECT name FROM emp ORDER BY dept_id FETCH FIRST 1 ROWS WITH TIES
SELECT name FROM emp LIMIT -1
SELECT name FROM emp ORDER BY name LIMIT ALL
SELECT name FROM emp ORDER BY name LIMIT 1 + 1
SELECT name FROM emp ORDER BY name COLLATE "C"
SELECT name FROM emp WHERE active ORDER BY name
SELECT name FROM emp WHERE NOT active
SELECT name FROM emp WHERE active = false
SELECT name FROM emp WHERE salary IS NULL
SELECT name FROM emp WHERE 1
SELECT name FROM emp WHERE name
SELECT name FROM emp WHERE hired > '2021-01-01' ORDER BY name
SELECT name FROM emp WHERE hired BETWEEN '2020-01-01' AND '2021-12-31' ORDER BY name
SELECT name FROM emp WHERE name LIKE '%n' ORDER BY name
SELECT name FROM emp WHERE lower(name) IN ('ann', 'eve') ORDER BY name
SELECT emp FROM emp
SELECT e.name AS "Name", e.salary AS "SALARY" FROM emp e WHERE e.id = 1
SELECT NAME, Id FROM EMP WHERE ID = 2
SELECT "name" FROM "emp" WHERE "id" = 3
SELECT "NAME" FROM emp
SELECT emp.*, 1 AS one FROM emp WHERE id = 1
SELECT count(*) AS n FROM emp e1 JOIN emp e2 USING (dept_id)
SELECT name FROM public.emp WHERE id = 1
SELECT name FROM nosuch.emp
SELECT d.name, (SELECT string_agg(e.name, ',' ORDER BY e.id) FROM emp e WHERE e.dept_id = d.id) AS who FROM dept d ORDER BY d.id
SELECT * FROM emp TABLESAMPLE BERNOULLI (100)
SELECT name FROM emp FOR UPDATE
SELECT CASE WHEN EXISTS (SELECT 1 FROM emp WHERE id = 1) THEN 'yes' ELSE 'no' END AS there
SELECT x.n FROM emp, LATERAL (VALUES (emp.id * 10)) AS x(n) ORDER BY 1
SELECT t.* FROM emp, (SELECT emp.id) t
WITH ins AS (INSERT INTO dept VALUES (9, 'New') RETURNING id) SELECT * FROM ins
