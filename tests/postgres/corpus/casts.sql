SELECT CAST('12' AS integer) AS a, '12'::int AS b, int '12' AS c
SELECT '1.5'::numeric AS a, '1.5'::float8 AS b, 1.5::int AS c, 2.5::int AS d, -1.5::int AS e
SELECT 2.5::float8::int AS a, 3.5::float8::int AS b, (-2.5)::int AS c
SELECT 123.456::numeric(5,1) AS a, 123.456::numeric(6,2) AS b, 1::numeric(4,2) AS c
SELECT 123456::numeric(5,1)
SELECT 'abc'::varchar(2) AS a, 'abc'::char(5) AS b, 'abc'::text AS c
SELECT 'abc'::int
SELECT ''::int
SELECT '99999999999'::int
SELECT 99999999999::int
SELECT 40000::smallint
SELECT '1e3'::float8 AS a, '1e3'::numeric AS b
SELECT '1e3'::int
SELECT ' 12 '::int AS a
SELECT 't'::boolean AS a, 'yes'::boolean AS b, 'off'::boolean AS c, '1'::boolean AS d, 'FALSE'::boolean AS e
SELECT 'maybe'::boolean
SELECT true::int AS a, false::int AS b, 1::boolean AS c, 0::boolean AS d
SELECT true::text AS a, false::text AS b
SELECT 1.5::boolean
SELECT 12::text AS a, 1.5::text AS b, 1.50::text AS c, 1e10::float8::text AS d, 0.1::float8::text AS e
SELECT 1e20::float8::text AS a, 1e-7::float8::text AS b, 123456789.123::float8::text AS c
SELECT 100::float8::text AS a, 1e15::float8::text AS b, 0.0001::float8::text AS c
SELECT 3.0::float4::text AS a, 0.1::float4::text AS b, 16777216::float4::text AS c
SELECT 'Infinity'::float8 > 1e300 AS inf
SELECT '2024-05-06'::date AS a, '2024-05-06 07:08:09'::timestamp AS b
SELECT '2024-02-30'::date
SELECT 'x'::date
SELECT '2024-05-06'::timestamp AS a, '2024-05-06 12:30'::timestamp::date AS b, '2024-05-06 12:30'::timestamp::time AS c
SELECT '12:34:56'::time AS a, '12:34'::time AS b
SELECT '1 day'::interval AS a, '1 day 2 hours'::interval AS b, '90 minutes'::interval AS c
SELECT '{1,2,3}'::int[] AS a, '{a,b}'::text[] AS b
SELECT '{1,x}'::int[]
SELECT '{"a": 1}'::json AS a, '{"b": 1,  "a": 2}'::jsonb AS b
SELECT '{bad}'::json
SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS u, 'A0EEBC999C0B4EF8BB6D6BB9BD380A11'::uuid AS v
SELECT 'nope'::uuid
SELECT '\x0102'::bytea AS b, 'ab'::bytea AS c
SELECT 1::nosuchtype
SELECT CAST(NULL AS int) AS a, NULL::text AS b, NULL::date AS c
SELECT '5'::int + 1 AS a, '5' + 1 AS b
SELECT date '2024-01-01' AS d, timestamp '2024-01-01 10:00' AS t, interval '3 days' AS i
SELECT 1::int8::int4::int2 AS x
SELECT 1.999::int AS a, 1.4::int AS b, 0.5::int AS c, 1.5::bigint AS d
SELECT '[1,2,3]'::vector AS v
SELECT '[1,2,3]'::vector(2)
SELECT ARRAY[1,2,3]::vector AS v
SELECT 'abc'::vector
SELECT 5::char AS a, 'xyz'::char AS b
SELECT 'abc'::name AS n
SELECT '12.7'::float8::int AS x, '12.3'::numeric::int AS y
SELECT ('1' || '2')::int AS x
SELECT float8 '1.5' AS a, numeric '2.50' AS b, bool 'yes' AS c
SELECT text(12) AS a, date('2024-05-06') AS b
SELECT 1.005::numeric(10,2) AS a, 2.675::numeric(10,2) AS b, -2.675::numeric(10,2) AS c
