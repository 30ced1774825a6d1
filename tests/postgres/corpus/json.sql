SELECT '{"a": 1}'::json -> 'a' AS a, '{"a": "x"}'::json ->> 'a' AS b, '[1,2,3]'::json -> 1 AS c, '[1,2,3]'::json ->> -1 AS d
SELECT '{"a": {"b": [10, 20]}}'::jsonb #> '{a,b}' AS a, '{"a": {"b": [10, 20]}}'::jsonb #>> '{a,b,1}' AS b
SELECT '{"a": 1}'::jsonb -> 'z' AS a, '{"a": null}'::jsonb -> 'a' AS b, '{"a": null}'::jsonb ->> 'a' AS c
SELECT '{"b":1,"a":2,"b":3}'::jsonb AS a, '{"b":1,"a":2}'::json AS b, '[1, 2.50, "x", true, null]'::jsonb AS c
SELECT '{"a":1,"b":2}'::jsonb @> '{"a":1}' AS a, '{"a":1}'::jsonb <@ '{"a":1,"b":2}' AS b, '[1,2,3]'::jsonb @> '[3,1]' AS c
SELECT '{"a":1}'::jsonb ? 'a' AS a, '{"a":1}'::jsonb ? 'b' AS b, '["x"]'::jsonb ? 'x' AS c
SELECT '{"a":1,"b":2}'::jsonb ?| ARRAY['a','z'] AS a, '{"a":1,"b":2}'::jsonb ?& ARRAY['a','z'] AS b
SELECT '{"a":1}'::jsonb || '{"b":2}'::jsonb AS a, '{"a":1,"b":2}'::jsonb - 'a' AS b, '[1,2,3]'::jsonb - 1 AS c, '{"a":{"b":1}}'::jsonb #- '{a,b}' AS d
SELECT '[1]'::jsonb || '[2]'::jsonb AS a, '[1]'::jsonb || '2'::jsonb AS b
SELECT json_array_length('[1,2,3]') AS a, jsonb_array_length('[]') AS b
SELECT json_array_length('{"a":1}')
SELECT json_typeof('[1]') AS a, jsonb_typeof('"x"') AS b, jsonb_typeof('1') AS c, jsonb_typeof('null') AS d, jsonb_typeof('true') AS e
SELECT json_build_object('a', 1, 'b', 'x', 'c', NULL, 'd', true) AS a, json_build_array(1, 'x', NULL, 2.5) AS b
SELECT jsonb_build_object('b', 1, 'a', ARRAY[1,2]) AS a, jsonb_build_array(1, 'x') AS b
SELECT to_json('a"b'::text) AS a, to_json(1.5) AS b, to_jsonb(ARRAY[1,2,3]) AS c, to_json(date '2024-05-06') AS d, to_json(timestamp '2024-05-06 07:08') AS e
SELECT json_extract_path('{"a":{"b":1}}', 'a', 'b') AS a, jsonb_extract_path_text('{"a":{"b":"x"}}', 'a', 'b') AS b
SELECT jsonb_set('{"a":1}', '{a}', '2') AS a, jsonb_set('{"a":1}', '{b}', '3') AS b, jsonb_set('{"a":[1,2]}', '{a,0}', '9') AS c, jsonb_set('{"a":1}', '{b}', '3', false) AS d
SELECT jsonb_pretty('{"a":1,"b":[1,2]}') AS a
SELECT json_strip_nulls('{"a":1,"b":null}') AS a, jsonb_strip_nulls('{"a":null,"b":[null]}') AS b
SELECT * FROM json_array_elements('[1,"x",null]')
SELECT * FROM jsonb_array_elements_text('["a","b"]') AS t(v)
SELECT * FROM json_each('{"a":1,"b":"x"}')
SELECT * FROM jsonb_each_text('{"a":1,"b":null}')
SELECT key, value FROM json_each_text('{"a":"1","b":"2"}') ORDER BY key DESC
SELECT json_object_keys('{"b":1,"a":2}') AS k
SELECT jsonb_array_elements('[1,2]') AS v
SELECT json_agg(x) AS a FROM (VALUES (1), (2), (3)) v(x)
SELECT jsonb_agg(x ORDER BY x DESC) AS a FROM (VALUES (1), (2), (3)) v(x)
SELECT jsonb_object_agg(k, v) AS a FROM (VALUES ('a', 1), ('b', 2)) t(k, v)
SELECT json_object_agg(k, v) AS a FROM (VALUES ('a', 1), ('b', 2)) t(k, v)
SELECT ('{"a": 5}'::jsonb ->> 'a')::int + 1 AS a, ('{"a": 5}'::jsonb -> 'a')::int AS b, ('{"a": true}'::jsonb -> 'a')::boolean AS c
SELECT ('{"a": "x"}'::jsonb -> 'a')::int
SELECT '{"a":1}'::jsonb = '{"a": 1}'::jsonb AS a, '{"a":1}'::jsonb <> '{"a":2}'::jsonb AS b
SELECT '{"a":1}'::json = '{"a":1}'::json
SELECT '{"a"'::jsonb
SELECT '{"k": "한글"}'::jsonb ->> 'k' AS a, '"\u0041"'::jsonb AS b
SELECT '{"a":[{"b":1},{"b":2}]}'::jsonb -> 'a' -> 1 ->> 'b' AS a
SELECT array_to_json(ARRAY[1,2]) AS a, array_to_json(ARRAY['x','y']) AS b
SELECT '[{"id":1,"n":"a"},{"id":2,"n":"b"}]'::jsonb -> 0 ->> 'n' AS n
SELECT e ->> 'id' AS id FROM jsonb_array_elements('[{"id":1},{"id":2}]') AS e
SELECT (e ->> 'id')::int * 10 AS x FROM json_array_elements('[{"id":1},{"id":2}]') AS e WHERE (e ->> 'id')::int > 1
SELECT jsonb_path_query('{"a":1}', '$.a')
SELECT '{"a": 1.50}'::jsonb AS a, '{"a": 1e2}'::jsonb AS b
SELECT row_to_json(t) FROM (SELECT 1 AS a) t
SELECT json_build_object('a')
SELECT '{"a":{"c":2,"b":1}}'::jsonb ->> 'a' AS a
SELECT jsonb_array_length('5')
SELECT count(*) AS n FROM jsonb_object_keys('{"a":1,"bb":2}')
SELECT '{"a":1}'::jsonb['a'] AS a
SELECT '-0.5e-2'::jsonb AS a, '1e3'::jsonb AS b, '1.50e1'::jsonb AS c, '1.5E+0'::jsonb AS d, '12345678901234567890e-3'::jsonb AS e, '0e5'::jsonb AS f, '100e-2'::jsonb AS g, '-0e2'::jsonb AS h, '0.00e1'::jsonb AS i, '1e-3'::jsonb AS j
SELECT '{{{{{{{1}}}}}}}'::int[]
SELECT '{{{{{{1}}}}}}'::int[] AS a
SELECT (-9223372036854775808)::bigint / -1
SELECT -7 / 2 AS a, -7 % 2 AS b, 7 / -2 AS c, 7 % -2 AS d
SELECT array_to_json(NULL::text[]) AS a, array_to_json(ARRAY[1, NULL]) AS b, array_to_json(NULL::int[]) IS NULL AS c
