"""SET and SHOW: how much of a table is shown, and pictures in place of paths."""
import base64
import io
import re

import pytest
from PIL import Image

HUNDRED = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i FROM n"


@pytest.fixture(scope="module")
def cells(start_kernel, tmp_path_factory):
    workspace = tmp_path_factory.mktemp("settings")
    Image.new("RGB", (300, 150), (200, 30, 30)).save(workspace / "a<b>&'\"c.png")
    Image.effect_noise((400, 400), 90).save(workspace / "large.jpg", quality=95)
    (workspace / "no picture.jpg").write_text("text")
    with start_kernel(workspace) as run:
        run.workspace = workspace
        yield run


@pytest.fixture(autouse=True)
def afterwards(cells):
    yield
    assert cells("RESET thanosql").ok


def rows(result):
    return re.findall(r"<tr>\s*<th>(\d+|\.\.\.)</th>", result.html)


def test_rows_of_a_table(cells):
    assert rows(cells(HUNDRED)) == ["0", "1", "2", "3", "4", "...", "95", "96", "97", "98", "99"]
    assert cells("SET thanosql.max_rows = 100").stdout == "Success\n"
    assert rows(cells(HUNDRED)) == [str(i) for i in range(100)]
    cells("SET thanosql.max_rows = 4")
    result = cells(HUNDRED)
    assert rows(result) == ["0", "1", "...", "98", "99"] and "<p>100 rows × 1 columns</p>" in result.html


def test_columns_of_a_table(cells):
    many = "SELECT " + ", ".join(f"{i} AS c{i}" for i in range(30))
    assert cells(many).html.count("<td>") == 21
    cells("SET thanosql.max_columns = 30")
    assert cells(many).html.count("<td>") == 30
    cells("SET thanosql.max_columns = 2")
    assert re.findall("<th>(.*)</th>", cells(many).html)[1:4] == ["c0", "...", "c29"]


def test_width_of_a_value(cells):
    text = f"SELECT '{'x' * 500}' AS t"
    assert f"<td>{'x' * 46}...</td>" in cells(text).html
    cells("SET thanosql.max_width = 1000")
    assert f"<td>{'x' * 500}</td>" in cells(text).html
    cells("SET thanosql.max_width = 10")
    assert f"<td>{'x' * 6}...</td>" in cells(text).html


def pictures(html):
    return [(alt, mime, Image.open(io.BytesIO(base64.b64decode(data)))) for mime, data, alt in
            re.findall(r'<td><img src="data:([^;]+);base64,([^"]*)" alt="([^"]*)"', html)]


def test_thumbnails(cells):
    query = ("SELECT 'large.jpg' AS path, 'x' AS t UNION ALL SELECT 'a<b>&''\"c.png', 'y'"
             " UNION ALL SELECT 'missing.jpg', 'z' UNION ALL SELECT 'no picture.jpg', NULL")
    assert pictures(cells(query).html) == []
    cells("SET thanosql.thumbnails = on")
    result = cells(query)
    shown = pictures(result.html)
    assert [alt for alt, _, _ in shown] == ["large.jpg", "a&lt;b&gt;&amp;&#39;&quot;c.png"]
    assert shown[0][2].size[0] <= 128 and shown[1][2].size == (300, 150)
    assert 'width="64" height="32"' in result.html  # of a picture twice as wide as high
    assert "<td>missing.jpg</td>" in result.html and "<td>no picture.jpg</td>" in result.html
    plain = [c["data"]["text/plain"] for t, c in result.outputs if t == "execute_result"]
    assert "large.jpg" in plain[0] and "img" not in plain[0]
    cells("SET thanosql.thumbnail_size = 16")
    assert 'width="16" height="8"' in cells(query).html


def test_no_more_than_two_hundred_thumbnails(cells):
    cells("SET thanosql.thumbnails = on; SET thanosql.max_rows = 1000")
    many = HUNDRED.replace("< 100", "< 300").replace("SELECT i FROM", "SELECT 'large.jpg' AS path FROM")
    result = cells(many)
    assert len(pictures(result.html)) == 200 and result.html.count("<td>large.jpg</td>") == 100


def test_settings_are_the_sessions_own(start_kernel, cells):
    cells("SET thanosql.max_rows = 7")
    with start_kernel(cells.workspace) as other:
        assert "60" in other("SHOW thanosql.max_rows").html
    assert "7" in cells("SHOW thanosql.max_rows").html
