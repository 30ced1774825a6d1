SELECT regexp_match('abcd', '(a|ab)(c|bcd)') AS m
SELECT regexp_match('abcd', '(a|ab)(bcd|cd)') AS m
SELECT regexp_match('aaab', '(a*)(a*)(b)') AS m, regexp_match('aaab', '(a*?)(a*)(b)') AS n
SELECT regexp_match('xabcabcy', '((abc)+)') AS m, regexp_match('xabababy', '(ab)*') AS n, regexp_match('xababy', 'x(ab)*') AS o
SELECT regexp_match('foo=bar;baz=1', '(\w+)=(\w+)') AS m
SELECT regexp_matches('foo=bar;baz=1', '(\w+)=(\w+)', 'g') AS m
SELECT regexp_match('abbbc', 'ab+?') AS a, regexp_match('abbbc', 'ab*?c') AS b, regexp_match('abbbc', 'ab{2,3}?') AS c
SELECT regexp_match('<b>x</b><b>y</b>', '<b>(.*?)</b>') AS m, regexp_match('<b>x</b><b>y</b>', '<b>(.*)</b>') AS n
SELECT regexp_replace('<i>a</i><i>b</i>', '<.*?>', '', 'g') AS r
SELECT regexp_match('abc123def', '[a-z]+(?=\d)') AS m, regexp_match('abcdef', 'abc(?!d)') AS n, regexp_match('abcxabcd', 'abc(?!x)') AS o
SELECT regexp_match('price: $42', '(?<=\$)\d+') AS m, regexp_match('a1 b2', '(?<!a)\d') AS n
SELECT 'abab' ~ '^(ab)\1$' AS a, 'abac' ~ '^(ab)\1$' AS b, 'aa bb cd' ~ '(.)\1 (.)\2' AS c
SELECT regexp_match('the the cat', '\m(\w+)\s+\1\M') AS m
SELECT regexp_replace('one two  three', '\s+', '_', 'g') AS a, regexp_replace('aXbXc', 'x', '-', 'gi') AS b
SELECT 'foo bar' ~ '\mbar\M' AS a, 'foobar' ~ '\mbar' AS b, 'foo' ~ '\yfoo\y' AS c, 'foobar' ~ 'o\Yb' AS d
SELECT 'abc' ~ '\Aabc\Z' AS a, 'xabc' ~ '\Aabc' AS b
SELECT 'a]b' ~ '[]]' AS a, 'a-b' ~ '[a-]b' AS b, 'b' ~ '[^a]' AS c, '5' ~ '[[:digit:]]' AS d, 'x' ~ '[\d]' AS e, '_' ~ '[\w]' AS f
SELECT 'a' ~ '[b-a]'
SELECT 'a' ~ '[[:foo:]]'
SELECT 'a' ~ '[a'
SELECT 'a' ~ 'a{2,1}'
SELECT 'a' ~ 'a{300}'
SELECT 'a' ~ 'a**'
SELECT 'a' ~ '(a'
SELECT 'a' ~ 'a)'
SELECT 'a' ~ '\'
SELECT 'a' ~ '(a)\2'
SELECT 'a' ~ '^*'
SELECT 'a{' ~ 'a{' AS a, 'a{x' ~ 'a{x' AS b
SELECT 'ab' ~ 'a|' AS a, '' ~ '' AS b, 'x' ~ '()' AS c
SELECT regexp_match('abc', '(b|)(c|)') AS m, regexp_match('abc', '(z)?b(c)?') AS n
SELECT regexp_match('aaa', 'a{2}') AS a, regexp_match('aaaa', '(a{2}){2}') AS b, regexp_match('aaaaa', '(a){2,3}') AS c
SELECT regexp_match('ABC', '(?i)b') AS a, 'ÄÖÜ' ~* 'äöü' AS b, 'Straße' ~ '\w{6}' AS c, '한국어' ~ '^\w+$' AS d
SELECT regexp_match('line1' || chr(10) || 'line2', '1.l') IS NOT NULL AS a, 'a' || chr(10) || 'b' ~ 'a$' AS b
SELECT regexp_match('2024-05-06', '(\d{4})-(\d{2})-(\d{2})') AS m
SELECT regexp_split_to_array('a1b22c', '\d+') AS a, regexp_split_to_array('abc', '') AS b
SELECT regexp_match('aXbXXc', '(a|b)(X+)') AS m, regexp_match('x1y2', '(x|y)(\d)') AS n
SELECT regexp_replace('abcabc', '(b)(c)?', '[\1\2]', 'g') AS r
SELECT regexp_match('img/003/cat_012.jpg', '([^/]+)/([a-z]+)_0*(\d+)\.(jpe?g|png)$') AS m
SELECT regexp_match('a.b.c', '^(.*)\.(.*)$') AS m, regexp_match('a.b.c', '^(.*?)\.(.*)$') AS n
SELECT regexp_match('foobar', '(?:foo)(bar)') AS m, regexp_count('ababab', '(?:ab)') AS n
SELECT 'tab' || chr(9) ~ '\t' AS a, 'A' ~ '\x41' AS b, 'é' ~ '\u00e9' AS c, 'a' ~ '[\x61]' AS d
SELECT regexp_match('abcabcabc', '(abc){2}') AS m, regexp_match('abcde', '((a)(b))((c)(d))') AS n
SELECT regexp_match('xay', '(x|xa)(a|ay)?y?') AS m
SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!' ~ '^(a+)+$' AS a, 'aaaaaaaaaaaaaaaaaaaaaaaaa' ~ '^(a|aa)*$' AS b
SELECT regexp_match('abab', '(a|b)*') AS m, regexp_match('aabb', '(a*|b)*') AS n, regexp_match('', '(a*)*') AS o, regexp_match('', '(a*)+') AS p
SELECT 'a' || chr(10) || 'b' ~ '(?n)a$' AS a, 'a' || chr(10) || 'b' ~ '(?n)a.b' AS b, 'a' || chr(10) || 'b' ~ '(?p)a.b' AS c, 'a' || chr(10) || 'b' ~ '(?w)^b' AS d
SELECT regexp_replace('a' || chr(10) || 'b', '^', '> ', 'gn') AS r
SELECT regexp_match('a', '(a*)?') AS m, regexp_match('', '(a*)?') AS n
SELECT 'abc' SIMILAR TO '(a|x)b_' AS a, 'a.c' SIMILAR TO 'a.c' AS b, 'abc' SIMILAR TO 'a.c' AS c
SELECT 'abc' ~ '(?:^)?b' AS a, regexp_replace('foo bar', '(?:\y)*bar', 'X') AS b, 'ba' ~ '(?:(?<=a))+' AS c, 'ab' ~ '(?:(?!a)){2}b' AS d
SELECT 'abc' ~ '\y*bar'
SELECT 'abc' ~ '(?<=a)+'
SELECT 'abc' ~ '(?=a){0}'
SELECT regexp_replace('caaba', '.(ba?){0}a??', '<\&>', 'g') AS a, regexp_match('aaa', 'a{0}?a*') AS b, regexp_match('aaa', '(a*?){0,0}a*') AS c
SELECT regexp_match('abab', '((a)??){2,}b') AS a, regexp_match('accb', '[[:alpha:]]{2,}(a??){0,2}?') AS b, regexp_replace(' a  b bb', '(b{1,2}){1,2}(?:a{0,2}?){2}', '<\1\&>', 'g') AS c
SELECT regexp_match('abab', '(a|b|ab|bab)+') AS a, regexp_match('abcd', '(?:a|ab)(?:c|bcd|)(d*)') AS b, regexp_match('abcd', '(a|ab)(c|bcd|)(d*)') AS c
SELECT regexp_match('aaaa', '(a|aa){0,3}') AS a, regexp_match('aaaa', '(a|aa){0,2}') AS b, regexp_match('aaaa', '^(a|aa?){0,3}$') AS c, regexp_match('aaab', '^(a??|aa){0,3}b') AS d
SELECT regexp_match('', '(a*)*') AS a, regexp_match('b', '(a*?)*b') AS b, regexp_match('aab', '(a*?){0,4}b') AS c
SELECT regexp_match('bbb', 'b{1,1}?b*') AS a, regexp_match('bbb', '(b){1,1}?b*') AS b, regexp_match('bbb', '(?:b*){1,1}?') AS c, regexp_match('bbb', '(b){1}?') AS d
SELECT regexp_match('xaaab', 'xa*?a*(a*)b') AS a, regexp_match('xaaab', 'xa*a*?(a*)b') AS b, regexp_match('xaaab', 'x(?:a*?|b)(a*)(b?)') AS c
SELECT regexp_match('abab', '((a|ab)(c|b?))*\1') AS m
SELECT regexp_match('aaaa', '(a|aa)+\1') AS a
SELECT regexp_match('aaaaa', '((a)|aa){2,3}?\2') AS a
SELECT regexp_match('abaab', '(?:(a)|b)*\1') AS a
SELECT regexp_match('aab', '(a*?)(\1b|b)') AS a
SELECT '' ~ '((\y|\m\Z){2,3}|\y(?<!b)){3,}' AS t
SELECT 'ab' ~ '^(?:(b)|a\1?)b' AS t, 'ab' ~ '^(?:(b)|a\1{0,2})b' AS u
SELECT 'ab b' ~ '($(?!a))|\1' AS t
SELECT 'bb b' ~ '(b)\1?' AS t, regexp_match('bbbb', '(b)\1{0,2}') AS u, regexp_match('abab', '(ab)\1+') AS v, 'a' ~ '(a)\1*$' AS w
