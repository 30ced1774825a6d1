SELECT length('hello') AS a, char_length('héllo') AS b, octet_length('héllo') AS c, bit_length('ab') AS d
SELECT lower('ABC') AS a, upper('abc') AS b, initcap('hello wORLD foo-bar') AS c, upper('éà') AS d
SELECT trim('  x  ') AS a, ltrim('  x') AS b, rtrim('x  ') AS c, btrim('xxaxx', 'x') AS d
SELECT trim(both 'x' from 'xxaxx') AS a, trim(leading '0' from '007') AS b, trim(trailing '!' from 'hi!!') AS c
SELECT ltrim('zzzytest', 'xyz') AS a, rtrim('testxxzx', 'xyz') AS b
SELECT substring('hello' from 2 for 3) AS a, substring('hello' from 2) AS b, substr('hello', 2, 3) AS c, substring('hello' for 2) AS d
SELECT substr('hello', 0, 3) AS a, substr('hello', -1, 3) AS b, substr('hello', 10) AS c
SELECT substr('hello', 1, -1)
SELECT substring('Thomas' from '...$') AS a, substring('foobar', 'o(.)b') AS b, substring('foobar', 'z') AS c
SELECT left('hello', 2) AS a, left('hello', -2) AS b, right('hello', 2) AS c, right('hello', -2) AS d
SELECT position('lo' in 'hello') AS a, strpos('hello', 'l') AS b, strpos('hello', 'z') AS c, strpos('hello', '') AS d
SELECT replace('hello', 'l', 'L') AS a, replace('aaa', 'a', '') AS b, replace('abc', '', 'x') AS c
SELECT overlay('Txxxxas' placing 'hom' from 2 for 4) AS a, overlay('abcdef' placing 'ZZ' from 3) AS b
SELECT lpad('7', 3, '0') AS a, rpad('ab', 5, '*') AS b, lpad('hello', 3) AS c, lpad('x', 4) AS d, lpad('x', 6, 'ab') AS e
SELECT repeat('ab', 3) AS a, repeat('x', 0) AS b, repeat('x', -1) AS c
SELECT reverse('hello') AS a, reverse('한글') AS b
SELECT split_part('a,b,c', ',', 2) AS a, split_part('a,b,c', ',', 5) AS b, split_part('a,b,c', ',', -1) AS c
SELECT split_part('a,b', ',', 0)
SELECT concat('a', 1, NULL, true) AS a, concat_ws('-', 'a', NULL, 'b') AS b, concat_ws(NULL, 'a') AS c
SELECT format('Hello %s, %s!', 'a', 2) AS a, format('%I = %L', 'My Col', 'it''s') AS b, format('%2$s %1$s', 'a', 'b') AS c
SELECT format('%5s|%-5s|', 'ab', 'cd') AS a, format('100%%') AS b
SELECT format('%s')
SELECT ascii('A') AS a, ascii('한') AS b, chr(65) AS c, chr(54620) AS d, ascii('') AS e
SELECT md5('hello') AS a
SELECT encode('hello'::bytea, 'hex') AS a, encode('hello'::bytea, 'base64') AS b, decode('68656c6c6f', 'hex') AS c
SELECT translate('12345', '143', 'ax') AS a, translate('hello', 'l', 'L') AS b
SELECT starts_with('hello', 'he') AS a, starts_with('hello', 'lo') AS b, 'hello' ^@ 'he' AS c
SELECT quote_literal('it''s') AS a, quote_ident('My Col') AS b, quote_ident('plain') AS c, quote_nullable(NULL) AS d
SELECT 'hello' LIKE 'h%' AS a, 'hello' LIKE 'H%' AS b, 'hello' LIKE '_ello' AS c, 'hello' NOT LIKE '%z%' AS d
SELECT 'Hello' ILIKE 'h%' AS a, 'HELLO' NOT ILIKE 'z%' AS b, 'É' ILIKE 'é' AS c
SELECT '10%' LIKE '10\%' AS a, '10x' LIKE '10\%' AS b, 'a_b' LIKE 'a!_b' ESCAPE '!' AS c, 'axb' LIKE 'a!_b' ESCAPE '!' AS d
SELECT 'a[b]c' LIKE 'a[b]c' AS a, 'a*c' LIKE 'a*c' AS b, 'abc' LIKE 'a*c' AS c, 'a?c' LIKE 'a?c' AS d
SELECT NULL LIKE 'a' AS a, 'a' LIKE NULL AS b
SELECT 'abc' ~ 'b' AS a, 'abc' ~ '^b' AS b, 'ABC' ~* 'b' AS c, 'abc' !~ 'z' AS d, 'ABC' !~* 'b' AS e
SELECT 'abc123' ~ '\d+' AS a, 'abc' ~ '\d' AS b, 'a b' ~ '\s' AS c, 'foo_bar' ~ '^\w+$' AS d
SELECT 'abc' SIMILAR TO 'a%' AS a, 'abc' SIMILAR TO '(a|b)%' AS b, 'abc' SIMILAR TO 'b%' AS c
SELECT regexp_replace('hello world', 'o', '0') AS a, regexp_replace('hello world', 'o', '0', 'g') AS b
SELECT regexp_replace('John Smith', '(\w+) (\w+)', '\2, \1') AS a, regexp_replace('abc', 'B', 'x', 'i') AS b
SELECT regexp_replace('aaa', 'a', '[\&]', 'g') AS a, regexp_replace('2024-05', '(\d+)-(\d+)', '\2/\1') AS b
SELECT regexp_match('foobarbequebaz', '(bar)(beque)') AS a, regexp_match('abc', 'z') AS b, regexp_match('abc', 'b') AS c
SELECT regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g') AS m
SELECT regexp_split_to_array('a, b,c', ',\s*') AS a
SELECT regexp_split_to_table('one two  three', '\s+') AS w
SELECT regexp_count('banana', 'a') AS a, regexp_like('abc', 'B', 'i') AS b, regexp_substr('abc123', '\d+') AS c
SELECT 'abc' ~ '('
SELECT 'abc' ~ '*a'
SELECT string_to_array('a,b,c', ',') AS a, string_to_array('abc', NULL) AS b, string_to_array('a,,b', ',', '') AS c
SELECT array_to_string(ARRAY['a', NULL, 'b'], ',') AS a, array_to_string(ARRAY[1,2,3], '-') AS b, array_to_string(ARRAY['a', NULL], ',', '*') AS c
SELECT unnest(string_to_array('x y z', ' ')) AS w
SELECT string_to_table('a,b', ',') AS p
SELECT 'abc' || 'def' || 1 AS a
SELECT length('') AS a, '' = ' ' AS b, '' IS NULL AS c
SELECT 'a  ' = 'a' AS t, 'a  '::char(5) = 'a'::char(3) AS c
SELECT length('a  '::char(5)) AS a
SELECT upper(NULL) AS a, length(NULL) AS b, concat(NULL, NULL) AS c
SELECT lower('ÄÖÜ') AS a, initcap('élan vital') AS b
SELECT 'abc' COLLATE "C" < 'abd' AS x
SELECT ltrim('abc', 'a') || rtrim('abc', 'c') AS x
SELECT unistr('\0041') AS u
SELECT E'\u0041\x42' AS e
SELECT U&'\0041' AS u
SELECT to_hex(-1) AS h
SELECT substring('abcdef' similar 'a#"bc#"%' escape '#') AS s
SELECT 'ab' 'cd' AS x
SELECT replace(repeat('ab', 3), 'b', upper('x')) AS nested
SELECT length(repeat('x', 1000)) AS n
SELECT regexp_replace('a1b22', '[0-9]+', '#', 'g') AS a, regexp_replace('abc', '', '-', 'g') AS b
SELECT 'foo' ~ 'o{2}' AS a, 'fo' ~ 'o{2,}' AS b, 'a.c' ~ 'a\.c' AS c, 'abc' ~ 'a\.c' AS d
SELECT '한글' ~ '^..$' AS a, '한글' LIKE '__' AS b, '한글' LIKE '한%' AS c
SELECT 'tab	here' ~ '\t' AS t
SELECT substring('price: 42 usd' from '(\d+) usd') AS n
SELECT btrim('  both  ') || '|' AS x
SELECT char_length('a'), character_length('ab')
SELECT strpos('한글날', '글') AS p, position('날' in '한글날') AS q
SELECT left('한글날', 2) AS l, right('한글날', 1) AS r, substr('한글날', 2, 1) AS s
SELECT 'a' LIKE '\'
SELECT 'ab' LIKE 'b\' AS a, 'ab' SIMILAR TO 'a_\' AS b, 'ab' SIMILAR TO 'ab\' AS c
SELECT 'ab' ILIKE 'a%\' AS a
