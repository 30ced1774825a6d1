CREATE TABLE dept (id int PRIMARY KEY, name text NOT NULL)
INSERT INTO dept VALUES (1, 'Sales'), (2, 'Research'), (3, 'Empty')
CREATE TABLE emp (id serial PRIMARY KEY, name text, dept_id int REFERENCES dept (id), salary numeric(10,2), hired date, active boolean DEFAULT true)
INSERT INTO emp (name, dept_id, salary, hired) VALUES ('Ann', 1, 1000, '2020-01-15'), ('Bob', 1, 1500.50, '2021-03-01'), ('Cid', 2, 2000, '2019-07-20'), ('Dan', NULL, 500, '2022-11-11'), ('Eve', 2, NULL, '2023-02-28')
UPDATE emp SET active = false WHERE name = 'Dan'
SELECT * FROM emp ORDER BY id
SELECT count(*), count(salary), count(DISTINCT dept_id) FROM emp
SELECT sum(salary) AS s, avg(salary) AS a, min(salary) AS lo, max(salary) AS hi FROM emp
SELECT dept_id, count(*) AS n, sum(salary) AS total FROM emp GROUP BY dept_id ORDER BY dept_id
SELECT dept_id, count(*) AS n FROM emp GROUP BY dept_id HAVING count(*) > 1 ORDER BY 1
SELECT dept_id FROM emp GROUP BY 1 ORDER BY 1 DESC
SELECT dept_id, name FROM emp GROUP BY dept_id
SELECT count(*) FILTER (WHERE active) AS on_, count(*) FILTER (WHERE salary > 1000) AS rich FROM emp
SELECT bool_and(active) AS a, bool_or(active) AS b, every(salary IS NULL OR salary > 0) AS c FROM emp
SELECT string_agg(name, ', ' ORDER BY name DESC) AS names FROM emp
SELECT dept_id, string_agg(name, '+' ORDER BY id) AS names FROM emp GROUP BY dept_id ORDER BY dept_id NULLS FIRST
SELECT array_agg(name ORDER BY salary DESC NULLS LAST) AS a FROM emp
SELECT min(name) AS a, max(name) AS b, min(hired) AS c, max(hired) AS d FROM emp
SELECT sum(id) AS s, avg(id) AS a FROM emp
SELECT sum(salary) AS s FROM emp WHERE false
SELECT count(*) AS n FROM emp WHERE false
SELECT stddev(id) AS a, variance(id) AS b, stddev_pop(id) AS c, var_pop(id) AS d FROM emp
SELECT corr(id, salary) AS a, regr_slope(salary, id) AS b, regr_intercept(salary, id) AS c, covar_pop(id, salary) AS d, regr_r2(salary, id) AS e, regr_count(salary, id) AS f FROM emp
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) AS a, percentile_disc(0.5) WITHIN GROUP (ORDER BY id) AS b, mode() WITHIN GROUP (ORDER BY dept_id) AS c FROM emp
SELECT bit_and(id) AS a, bit_or(id) AS b, bit_xor(id) AS c FROM emp
SELECT sum(DISTINCT dept_id) AS a, avg(DISTINCT dept_id) AS b FROM emp
SELECT extract(year FROM hired) AS y, count(*) AS n FROM emp GROUP BY y ORDER BY y
SELECT date_trunc('year', hired) AS y, count(*) AS n FROM emp GROUP BY 1 ORDER BY 1
SELECT upper(name) AS u, count(*) AS n FROM emp GROUP BY upper(name) ORDER BY u
SELECT active, count(*) AS n FROM emp GROUP BY active ORDER BY active
SELECT count(*) AS n, dept_id IS NULL AS homeless FROM emp GROUP BY dept_id IS NULL ORDER BY 2
SELECT max(salary) - min(salary) AS spread, round(avg(salary), 1) AS mean FROM emp
SELECT sum(salary) + 1 AS x, sum(salary + 1) AS y FROM emp
SELECT count(*) FROM emp WHERE count(*) > 1
SELECT sum(count(*)) FROM emp
SELECT name FROM emp HAVING count(*) > 1
SELECT max(active) FROM emp
SELECT sum(name) FROM emp
SELECT avg(salary)::numeric(10,1) AS a FROM emp
SELECT coalesce(sum(salary), 0) AS s FROM emp WHERE dept_id = 99
SELECT dept_id, CASE WHEN avg(salary) > 1300 THEN 'high' ELSE 'low' END AS level FROM emp GROUP BY dept_id ORDER BY dept_id
SELECT e.dept_id, d.name, count(*) AS n FROM emp e JOIN dept d ON d.id = e.dept_id GROUP BY e.dept_id, d.name ORDER BY 1
SELECT d.id, d.name, count(e.id) AS n FROM dept d LEFT JOIN emp e ON e.dept_id = d.id GROUP BY d.id ORDER BY d.id
SELECT dept_id, active, count(*) AS n FROM emp GROUP BY ROLLUP (dept_id, active) ORDER BY 1, 2
SELECT dept_id, count(*) AS n FROM emp GROUP BY GROUPING SETS ((dept_id), ()) ORDER BY 1
SELECT any_value(5) AS a FROM emp
SELECT count(DISTINCT (dept_id, active)) FROM emp
SELECT count(1) AS a, count('x') AS b, count(NULL) AS c FROM emp
SELECT json_agg(name ORDER BY id) AS j FROM emp WHERE dept_id = 1
SELECT min(salary) FILTER (WHERE dept_id = 1) AS a, string_agg(DISTINCT dept_id::text, ',') AS b FROM emp
SELECT dept_id, sum(salary) FROM emp GROUP BY dept_id HAVING sum(salary) > 2000
SELECT dept_id + 1 AS d, count(*) AS n FROM emp GROUP BY dept_id + 1 ORDER BY 1
SELECT array_agg(DISTINCT active) AS a FROM emp
SELECT string_agg(name, ',') FILTER (WHERE salary > 1200) AS s FROM emp
SELECT sum(salary) OVER () AS s, name FROM emp ORDER BY name
