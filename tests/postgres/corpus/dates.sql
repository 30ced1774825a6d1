SELECT date '2024-05-06' AS a, date '2024-05-06' + 7 AS b, date '2024-05-06' - 7 AS c, date '2024-05-06' - date '2024-01-01' AS d
SELECT timestamp '2024-05-06 07:08:09' + interval '1 day' AS a, timestamp '2024-05-06 07:08:09.5' - interval '1 hour' AS b
SELECT date '2024-01-31' + interval '1 month' AS a, date '2024-02-29' + interval '1 year' AS b
SELECT timestamp '2024-05-06 12:00' - timestamp '2024-05-01 10:30' AS a, timestamp '2024-05-01' - timestamp '2024-05-06 12:00' AS b
SELECT date '2024-05-06' + time '10:30' AS a, time '10:30' + interval '2 hours' AS b, time '23:30' + interval '1 hour' AS c
SELECT time '10:30' - time '09:15' AS a
SELECT interval '1 day' + interval '2 hours' AS a, interval '1 day' * 3 AS b, interval '1 day' / 2 AS c, 2 * interval '90 minutes' AS d
SELECT interval '1 month' * 1.5 AS a, interval '1 year 2 months' AS b, -interval '1 day' AS c, interval '1 day' - interval '1 hour' AS d
SELECT interval '1 day' = interval '24 hours' AS a, interval '1 month' > interval '29 days' AS b, interval '1 hour' < interval '1 day' AS c
SELECT interval '1 week' AS a, interval '1 decade' AS b, interval '3 days ago' AS c, interval 'P1Y2M3DT4H5M6S' AS d
SELECT interval '1:30' AS a, interval '1 day 02:03:04' AS b, interval '-1 day +2 hours' AS c, interval '0' AS d
SELECT interval '1.5 hours' AS a, interval '1.5 days' AS b, interval '2 weeks 3 days' AS c
SELECT extract(year FROM date '2024-05-06') AS a, extract(month FROM date '2024-05-06') AS b, extract(day FROM date '2024-05-06') AS c
SELECT extract(hour FROM timestamp '2024-05-06 07:08:09') AS a, extract(minute FROM timestamp '2024-05-06 07:08:09') AS b, extract(second FROM timestamp '2024-05-06 07:08:09.5') AS c
SELECT extract(dow FROM date '2024-05-05') AS a, extract(isodow FROM date '2024-05-05') AS b, extract(doy FROM date '2024-12-31') AS c, extract(week FROM date '2024-12-30') AS d
SELECT extract(quarter FROM date '2024-05-06') AS a, extract(century FROM date '2024-05-06') AS b, extract(decade FROM date '2024-05-06') AS c, extract(isoyear FROM date '2024-12-30') AS d
SELECT extract(epoch FROM timestamp '1970-01-02') AS a, extract(epoch FROM interval '1 day 1 hour') AS b, extract(epoch FROM date '2000-01-01') AS c
SELECT extract(hour FROM date '2024-05-06')
SELECT extract(nosuch FROM date '2024-05-06')
SELECT date_part('year', timestamp '2024-05-06') AS a, date_part('hour', interval '5 hours 3 minutes') AS b
SELECT date_trunc('month', timestamp '2024-05-06 07:08:09') AS a, date_trunc('hour', timestamp '2024-05-06 07:08:09') AS b, date_trunc('year', timestamp '2024-05-06') AS c
SELECT date_trunc('week', timestamp '2024-05-08') AS a, date_trunc('quarter', timestamp '2024-05-08') AS b, date_trunc('day', timestamp '2024-05-08 23:59') AS c
SELECT date_trunc('decade', timestamp '2024-05-06') AS a, date_trunc('century', timestamp '2024-05-06') AS b
SELECT date_trunc('nosuch', timestamp '2024-05-06')
SELECT date_trunc('month', date '2024-05-06') AS a
SELECT date_trunc('hour', interval '3 days 5 hours 30 minutes') AS a
SELECT age(timestamp '2024-05-06', timestamp '2000-01-01') AS a, age(timestamp '2024-03-01', timestamp '2024-01-31') AS b
SELECT age(timestamp '2000-01-01', timestamp '2024-05-06') AS a
SELECT make_date(2024, 5, 6) AS a, make_time(7, 8, 9.5) AS b, make_timestamp(2024, 5, 6, 7, 8, 9) AS c, make_interval(days => 3, hours => 2) AS d
SELECT make_date(2024, 13, 1)
SELECT to_char(timestamp '2024-05-06 17:08:09', 'YYYY-MM-DD HH24:MI:SS') AS a, to_char(timestamp '2024-05-06 17:08:09', 'DD Mon YYYY') AS b
SELECT to_char(date '2024-05-06', 'Day, DD Month YYYY') AS a, to_char(date '2024-05-06', 'FMDay, FMDD FMMonth YYYY') AS b, to_char(date '2024-05-06', 'Dy DY dy') AS c
SELECT to_char(timestamp '2024-05-06 17:08:09', 'HH12:MI AM') AS a, to_char(timestamp '2024-05-06 07:08:09', 'HH:MI pm') AS b, to_char(timestamp '2024-05-06 00:08', 'HH12') AS c
SELECT to_char(date '2024-05-06', 'Q') AS a, to_char(date '2024-05-06', 'DDD') AS b, to_char(date '2024-05-06', 'IW') AS c, to_char(date '2024-05-06', 'WW') AS d, to_char(date '2024-05-06', 'D') AS e
SELECT to_char(timestamp '2024-05-06 07:08:09.123456', 'MS US') AS a, to_char(date '2024-05-06', 'DDth') AS b, to_char(date '2024-05-06', '"Year:" YYYY') AS c
SELECT to_char(date '2024-05-06', 'YY') AS a, to_char(date '2024-05-06', 'MONTH') AS b, to_char(date '2024-05-06', 'mon') AS c, to_char(date '2024-05-06', 'J') AS d
SELECT to_char(interval '26 hours 3 minutes', 'HH24:MI') AS a
SELECT to_date('2024-05-06', 'YYYY-MM-DD') AS a, to_date('06 May 2024', 'DD Mon YYYY') AS b, to_date('20240506', 'YYYYMMDD') AS c
SELECT to_timestamp('2024-05-06 07:08:09', 'YYYY-MM-DD HH24:MI:SS') AS a, to_timestamp(86400) AS b, to_timestamp(1.5) AS c
SELECT to_date('2024-13-01', 'YYYY-MM-DD')
SELECT to_date('xx', 'YYYY')
SELECT '2024-05-06 07:08:09+09'::timestamptz AS a, '2024-05-06 07:08:09Z'::timestamptz AS b
SELECT timestamp '2024-05-06 07:08:09' AT TIME ZONE 'UTC' AS a, timestamptz '2024-05-06 07:08:09+00' AT TIME ZONE 'Asia/Seoul' AS b
SELECT timestamptz '2024-05-06 00:00+00' + interval '1 day' AS a, timestamptz '2024-05-06 00:00+00' - timestamptz '2024-05-05 12:00+00' AS b
SELECT 'May 6, 2024'::date AS a, '6 May 2024'::date AS b, '20240506'::date AS c, '05/06/2024'::date AS d
SELECT '2024-05-06T07:08:09'::timestamp AS a, '2024-05-06 7:08 PM'::timestamp AS b
SELECT date '2024-05-06' > date '2024-05-05' AS a, timestamp '2024-05-06' = date '2024-05-06' AS b, date '2024-05-06' BETWEEN '2024-01-01' AND '2024-12-31' AS c
SELECT max(d) AS a, min(d) AS b FROM (VALUES (date '2024-05-06'), (date '2023-01-01')) v(d)
SELECT d, count(*) AS n FROM (VALUES (date '2024-05-06'), (date '2024-05-06')) v(d) GROUP BY d
SELECT now() = now() AS a, now() IS NOT NULL AS b, current_date = now()::date AS c, localtimestamp IS NOT NULL AS d
SELECT current_timestamp = now() AS a, pg_typeof(current_date) AS b
SELECT generate_series(date '2024-01-01', date '2024-01-03', interval '1 day') AS d
SELECT g::date AS d FROM generate_series(timestamp '2024-01-30', timestamp '2024-02-02', interval '1 day') AS g
SELECT date_bin('15 minutes', timestamp '2024-05-06 07:08:09', timestamp '2024-01-01') AS a
SELECT justify_days(interval '40 days') AS a, justify_hours(interval '30 hours') AS b, justify_interval(interval '1 month -1 hour') AS c
SELECT isfinite(date '2024-01-01') AS a
SELECT (timestamp '2024-05-06 10:00')::date + 1 AS a, (date '2024-05-06')::timestamp AS b
SELECT timestamp(0) '2024-05-06 07:08:09.6' AS a
SELECT date '2024-02-29' - interval '1 year' AS a, date '2023-03-31' - interval '1 month' AS b
SELECT sum(i) AS s, avg(i) AS a FROM (VALUES (interval '1 hour'), (interval '3 hours')) v(i)
SELECT timestamp '2024-05-06 24:00:00' AS a
SELECT date '2024-05-06' + 'x'
SELECT date '2024-05-06' * 2
SELECT date '2024-05-06' + date '2024-05-06'
SELECT '10:61'::time
SELECT 'yesterday'::date = current_date - 1 AS a, 'epoch'::timestamp AS b
SELECT extract(day FROM interval '40 days 5 hours') AS a, extract(month FROM interval '14 months') AS b
SELECT EXTRACT(EPOCH FROM (timestamp '2024-05-06 10:00' - timestamp '2024-05-06 09:00')) AS seconds
SELECT (date '2024-05-06', date '2024-05-10') OVERLAPS (date '2024-05-08', date '2024-05-12') AS o
SELECT '500 ms'::interval AS a, '2 mins'::interval AS b, '3 m'::interval AS c, '1 h 2 m 3 s'::interval AS d
