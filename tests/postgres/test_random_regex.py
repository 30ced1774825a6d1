"""Random regular expressions on PostgreSQL 16 and on ours: the whole match, what groups took, and what is refused.

THANOSQL_REGEX_SEED and THANOSQL_REGEX_COUNT try others. Left out is what differs (differences.txt): \\1, and what is too
complex for PostgreSQL."""
import os
import random

from test_agreement import difference, run_ours, run_postgres

SEED = int(os.environ.get("THANOSQL_REGEX_SEED", 1))
COUNT = int(os.environ.get("THANOSQL_REGEX_COUNT", 4000))

ATOMS = ["a", "b", "c", "ab", "ba", ".", "[ab]", "[^a]", r"\w", r"\s", "[[:alpha:]]", " "]
PLACES = ["^", "$", r"\m", r"\M", r"\y", r"\Y", r"\A", r"\Z", "(?=b)", "(?!a)", "(?<=a)", "(?<!b)"]
TIMES = ["*", "+", "?", "{0}", "{1}", "{2}", "{3}", "{0,1}", "{0,2}", "{1,1}", "{1,2}", "{2,}", "{2,3}", "{0,0}", "{0,}"]


def pattern(rng, depth):
    branches = [branch(rng, depth) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    return "|".join(branches)


def branch(rng, depth):
    return "".join(piece(rng, depth) for _ in range(rng.choice([0, 1, 1, 2, 2, 3]) if depth else rng.randint(1, 3)))


def piece(rng, depth):
    kind = rng.random()
    if depth > 0 and kind < 0.45:
        atom = rng.choice(["(", "(", "(?:"]) + pattern(rng, depth - 1) + ")"
    elif kind < 0.52:
        # Bare, a place may not be repeated, which is seldom of interest.
        atom = rng.choice(PLACES)
        if rng.random() < 0.9:
            return atom
    else:
        atom = rng.choice(ATOMS)
    if rng.random() < 0.5:
        atom += rng.choice(TIMES) + rng.choice(["", "", "?"])
    return atom


def statement(rng):
    text = "".join(rng.choice("aaabbbc ") for _ in range(rng.randint(0, 8)))
    regex = pattern(rng, rng.randint(1, 3))
    return (f"SELECT regexp_match('{text}', '{regex}') AS m, '{text}' ~ '{regex}' AS t, "
            f"regexp_replace('{text}', '{regex}', '<\\1\\&>', 'g') AS r")


def test_random_regex(server, tmp_path):
    rng = random.Random(SEED)
    lines = [statement(rng) for _ in range(COUNT)]
    theirs, ours = run_postgres(server, "random_regex", lines), run_ours(lines, tmp_path)
    differ = [f"{line}\n    {what}" for line, a, b in zip(lines, theirs, ours)
              if (what := difference(line, a, b)) and "is too complex" not in a[-1]]
    valid = sum(a[0] == "rows" for a in theirs)
    found = sum(a[0] == "rows" and a[2][0][0] is not None for a in theirs)
    print(f"\nrandom regular expressions: {COUNT - len(differ)} of {COUNT} agree; {valid} valid, {found} found")
    assert not differ, f"{len(differ)} differ:\n" + "\n".join(differ[:20])
    assert found >= COUNT / 3 and valid <= COUNT - COUNT / 100
