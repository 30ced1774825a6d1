SELECT 1 + 2 AS a, 5 - 7 AS b, 3 * 4 AS c, 7 / 2 AS d, 7 % 2 AS e
SELECT 7.0 / 2 AS a, 1 / 3.0 AS b, 10 / 4.0 AS c
SELECT -7 / 2 AS a, 7 / -2 AS b, -7 % 3 AS c
SELECT 0.1 + 0.2 AS a, 1.1 * 1.1 AS b, 1.0 - 0.9 AS c
SELECT 0.1::float8 + 0.2::float8 AS a
SELECT 1 / 0
SELECT 1.0 / 0
SELECT 1 % 0
SELECT 1::float8 / 0
SELECT 2147483647 + 1
SELECT 2147483647::bigint + 1 AS a
SELECT 9223372036854775807 + 1
SELECT 30000::smallint + 30000::smallint
SELECT 100000 * 100000
SELECT 100000::bigint * 100000 AS a
SELECT 2 ^ 10 AS a, 2.0 ^ 3 AS b, 2 ^ 0.5 AS c, -2 ^ 2 AS d
SELECT |/ 16 AS a, ||/ 27 AS b, @ -5 AS c
SELECT 5 & 3 AS a, 5 | 3 AS b, 5 # 3 AS c, ~5 AS d, 1 << 4 AS e, 16 >> 2 AS f
SELECT abs(-5) AS a, abs(-1.5) AS b, abs(2) AS c
SELECT ceil(1.2) AS a, ceil(-1.2) AS b, floor(1.8) AS c, floor(-1.2) AS d, ceiling(3) AS e
SELECT round(1.5) AS a, round(2.5) AS b, round(-1.5) AS c, round(1.4) AS d
SELECT round(2.5::float8) AS a, round(3.5::float8) AS b, round(-2.5::float8) AS c
SELECT round(1.2345, 2) AS a, round(2.675, 2) AS b, round(1250, -2) AS c, round(1.005, 2) AS d
SELECT trunc(1.99) AS a, trunc(-1.99) AS b, trunc(1.2345, 2) AS c
SELECT sign(-3) AS a, sign(0) AS b, sign(2.5) AS c
SELECT sqrt(16) AS a, sqrt(2) AS b, cbrt(27) AS c
SELECT sqrt(-1)
SELECT exp(1) AS a, exp(0) AS b, ln(1) AS c, ln(10) AS d, log(100) AS e, log10(1000) AS f, log(2, 8) AS g
SELECT ln(0)
SELECT ln(-1)
SELECT power(2, 10) AS a, power(2.0, 0.5) AS b, pow(3, 2) AS c
SELECT power(0, -1)
SELECT mod(10, 3) AS a, mod(-10, 3) AS b, mod(10.5, 3) AS c, div(10, 3) AS d, div(-7, 2) AS e
SELECT gcd(12, 18) AS a, lcm(4, 6) AS b
SELECT factorial(5) AS a, factorial(0) AS b
SELECT pi() AS a, degrees(pi()) AS b, radians(180) AS c
SELECT sin(0) AS a, cos(0) AS b, tan(0) AS c, asin(1) AS d, acos(1) AS e, atan(1) AS f, atan2(1, 1) AS g
SELECT sinh(1) AS a, cosh(1) AS b, tanh(1) AS c
SELECT width_bucket(5.35, 0.024, 10.06, 5) AS a, width_bucket(0, 1, 10, 3) AS b, width_bucket(20, 1, 10, 3) AS c
SELECT random() BETWEEN 0 AND 1 AS a
SELECT to_hex(255) AS a
SELECT to_char(1234.5, '9999.99') AS a, to_char(1234.5, '9,999.99') AS b, to_char(0.5, '0.99') AS c, to_char(0.5, '9.99') AS d
SELECT to_char(12, '0000') AS a, to_char(-12, '999') AS b, to_char(12, 'FM999') AS c, to_char(12, 'FM0000') AS d
SELECT to_char(1234567, '9,999,999') AS a, to_char(1234, '999') AS b, to_char(12, 'S999') AS c, to_char(-12, '999MI') AS d
SELECT to_char(12.345, 'FM999.00') AS a, to_char(1.5, 'FM999.99') AS b, to_char(-5, '999PR') AS c, to_char(14, 'RN') AS d
SELECT to_char(0, '9') AS a, to_char(0, '0') AS b, to_char(1, '9th') AS c, to_char(22, '99th') AS d
SELECT to_char(1234.567::float8, '9999D9') AS a, to_char(45, '"n="99') AS b
SELECT to_number('1,234.5', '9,999.9') AS a, to_number('-12', '999') AS b
SELECT 5 / 2 * 2.0 AS a, 2.0 * 5 / 2 AS b
SELECT 1.5 + 1 AS a, 1.5::float8 + 1 AS b, 1.5 * 2 AS c
SELECT 10.0 % 3 AS a, 10.5 % 3.2 AS b
SELECT 123456789 * 1.1 AS a, 0.00001 * 3 AS b
SELECT 1e308 * 10 > 0 AS big
SELECT 3 + NULL AS a, NULL * 2 AS b, -NULL::int AS c
SELECT 1 + 'x'
SELECT 'a' + 'b'
SELECT abs('x')
SELECT nosuchfunction(1)
SELECT round('abc')
SELECT scale(1.50) AS s
SELECT min_scale(1.500) AS s
SELECT trim_scale(1.500) AS s
SELECT 7::numeric / 3 AS a, 22 / 7.0 AS b
SELECT (0.1 + 0.2) = 0.3 AS exact, (0.1::float8 + 0.2::float8) = 0.3::float8 AS inexact
SELECT 5::real / 3 AS a, 1::real / 3::real AS b
SELECT sum(x) AS s, avg(x) AS a FROM (VALUES (0.1), (0.2), (0.3)) v(x)
SELECT round(avg(x), 3) AS a FROM (VALUES (1), (2), (2)) v(x)
SELECT 17 / 5 AS q, 17 % 5 AS r, 17.0 / 5 AS f
