CREATE TABLE dept (id int PRIMARY KEY, name text NOT NULL)
INSERT INTO dept VALUES (1, 'Sales'), (2, 'Research'), (3, 'Empty')
CREATE TABLE emp (id serial PRIMARY KEY, name text, dept_id int REFERENCES dept (id), salary numeric(10,2), hired date, active boolean DEFAULT true)
INSERT INTO emp (name, dept_id, salary, hired) VALUES ('Ann', 1, 1000, '2020-01-15'), ('Bob', 1, 1500.50, '2021-03-01'), ('Cid', 2, 2000, '2019-07-20'), ('Dan', NULL, 500, '2022-11-11'), ('Eve', 2, NULL, '2023-02-28')
UPDATE emp SET active = false WHERE name = 'Dan'
SELECT name, row_number() OVER (ORDER BY salary DESC) AS n FROM emp ORDER BY n
SELECT name, rank() OVER (ORDER BY dept_id) AS r, dense_rank() OVER (ORDER BY dept_id) AS d FROM emp ORDER BY name
SELECT name, row_number() OVER (PARTITION BY dept_id ORDER BY name) AS n FROM emp ORDER BY dept_id, n
SELECT name, sum(salary) OVER (ORDER BY id) AS running FROM emp ORDER BY id
SELECT name, sum(salary) OVER (PARTITION BY dept_id) AS total FROM emp ORDER BY id
SELECT name, avg(salary) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS a FROM emp ORDER BY id
SELECT name, count(*) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS c FROM emp ORDER BY id
SELECT name, lag(name) OVER (ORDER BY id) AS p, lead(name) OVER (ORDER BY id) AS n FROM emp ORDER BY id
SELECT name, lag(salary, 2) OVER (ORDER BY id) AS p, lag(name, 1, 'none') OVER (ORDER BY id) AS d FROM emp ORDER BY id
SELECT name, first_value(name) OVER (PARTITION BY dept_id ORDER BY id) AS f, last_value(name) OVER (PARTITION BY dept_id ORDER BY id) AS l FROM emp ORDER BY id
SELECT name, nth_value(name, 2) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS s FROM emp ORDER BY id
SELECT name, ntile(2) OVER (ORDER BY id) AS t FROM emp ORDER BY id
SELECT name, percent_rank() OVER (ORDER BY id) AS p, cume_dist() OVER (ORDER BY id) AS c FROM emp ORDER BY id
SELECT name, sum(salary) OVER w AS s, count(*) OVER w AS n FROM emp WINDOW w AS (PARTITION BY dept_id ORDER BY id) ORDER BY id
SELECT name, max(hired) OVER (ORDER BY id) AS m FROM emp ORDER BY id
SELECT name, salary - avg(salary) OVER () AS diff FROM emp ORDER BY id
SELECT * FROM (SELECT name, rank() OVER (PARTITION BY dept_id ORDER BY salary DESC NULLS LAST) AS r FROM emp) t WHERE r = 1 ORDER BY name
SELECT dept_id, sum(sum(salary)) OVER (ORDER BY dept_id) AS s FROM emp GROUP BY dept_id ORDER BY dept_id
SELECT name, row_number() OVER () > 0 AS x FROM emp ORDER BY name
SELECT row_number() FROM emp
SELECT name FROM emp WHERE row_number() OVER () = 1
SELECT name, count(DISTINCT dept_id) OVER () FROM emp
SELECT name, string_agg(name, ',') OVER (ORDER BY id) AS s FROM emp ORDER BY id
SELECT name, array_agg(id) OVER (ORDER BY id ROWS 1 PRECEDING) AS a FROM emp ORDER BY id
SELECT name, sum(salary) FILTER (WHERE active) OVER (ORDER BY id) AS s FROM emp ORDER BY id
SELECT name, sum(id) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM emp ORDER BY id
SELECT name, sum(id) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM emp ORDER BY id
SELECT name, sum(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS s FROM emp ORDER BY id
SELECT DISTINCT dept_id, count(*) OVER (PARTITION BY dept_id) AS n FROM emp ORDER BY dept_id
SELECT name, dense_rank() OVER (ORDER BY extract(year FROM hired)) AS y FROM emp ORDER BY name
SELECT name, sum(salary) OVER nosuch FROM emp
SELECT name, round(100 * salary / sum(salary) OVER (), 1) AS pct FROM emp ORDER BY id
SELECT name, first_value(salary) OVER (ORDER BY salary NULLS FIRST) AS f FROM emp ORDER BY id
SELECT name, stddev(id) OVER (ORDER BY id) AS s FROM emp ORDER BY id
SELECT name, bool_or(active) OVER (ORDER BY id DESC) AS b FROM emp ORDER BY id
