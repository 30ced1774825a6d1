"""PRINT IMAGE beyond the list of the tutorial: the sheet of pictures, views of augmentation, and explained scores."""
import base64
import html.parser
import io
import re

import pytest
from PIL import Image

from cells import model_file

QUERY = "thanosql-dataset/digits_data/test/0.jpg"


class Sheet(html.parser.HTMLParser):
    """The pictures of a sheet, and what else stands in its HTML."""

    def __init__(self, text):
        super().__init__()
        self.pictures, self.captions, self.styles, self.tags, self.open = [], [], [], set(), None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        self.styles.append(attributes.get("style", ""))
        if tag == "img":
            mime, data = re.fullmatch(r"data:([^;]+);base64,(.*)", attributes["src"]).groups()
            self.pictures.append((attributes["alt"], mime, base64.b64decode(data), attributes))
        if tag == "figcaption":
            self.captions.append("")
            self.open = tag
        if tag == "br":
            self.captions[-1] += "\n"

    def handle_endtag(self, tag):
        self.open = None if tag == self.open else self.open

    def handle_data(self, data):
        if self.open:
            self.captions[-1] += data


def sheet_of(result):
    assert result.ok, result.shown
    shown = [c["data"] for t, c in result.outputs if t == "display_data" and "<figure" in c["data"].get("text/html", "")]
    assert len(shown) == 1
    return Sheet(shown[0]["text/html"]), shown[0]["text/plain"]


@pytest.fixture(scope="module")
def cells(start_kernel, tmp_path_factory):
    workspace = tmp_path_factory.mktemp("print")
    with start_kernel(workspace) as run:
        run.workspace = workspace
        for code in ("GET THANOSQL DATASET digits_data;"
                     "COPY train FROM 'thanosql-dataset/digits_data/digits_train.csv';"
                     "COPY test FROM 'thanosql-dataset/digits_data/digits_test.csv'",
                     "BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1) AS SELECT * FROM train LIMIT 300",
                     "CONVERT USING m OPTIONS (table_name='test') AS SELECT * FROM test"):
            result = run(code)
            assert result.ok, result.shown
        yield run


def test_a_sheet_is_one_display_with_the_files_themselves(cells):
    sheet, plain = sheet_of(cells(
        "PRINT IMAGE OPTIONS (layout='grid', columns=4, width=80, caption_cols=['label']) AS SELECT * FROM "
        f"(SEARCH IMAGE images='{QUERY}' USING m AS SELECT * FROM test) ORDER BY m_simclr_similarity1 DESC LIMIT 6"))
    assert len(sheet.pictures) == 6 and len(plain.splitlines()) == 6
    for alt, mime, data, attributes in sheet.pictures:
        assert mime == "image/jpeg" and data == open(alt, "rb").read()
        assert (attributes["width"], attributes["height"]) == ("80", "80")
    assert sheet.pictures[0][0] == f"{cells.workspace}/{QUERY}"
    ranks = [re.fullmatch(r"(\d) · (-?[\d.]+)\nlabel: \d", c).groups() for c in sheet.captions]
    assert [int(r) for r, _ in ranks] == [1, 2, 3, 4, 5, 6]
    scores = [float(s) for _, s in ranks]
    assert scores == sorted(scores, reverse=True) and scores[0] == 1
    assert "max-width:356px" in sheet.styles[0]  # 4 * 80 and three gaps


def test_a_sheet_fights_no_theme_and_fetches_nothing(cells):
    sheet, _ = sheet_of(cells("PRINT IMAGE OPTIONS (layout='grid') AS SELECT * FROM test LIMIT 3"))
    assert sheet.tags == {"div", "figure", "img", "figcaption"}
    assert not re.search(r"color|background|border|url", " ".join(sheet.styles))


def test_more_than_25_pictures_are_a_sheet(cells):
    few = cells("PRINT IMAGE AS SELECT * FROM test LIMIT 25")
    assert len(few.pictures) == 25 and not any("text/html" in c.get("data", {}) for _, c in few.outputs)
    many = cells("PRINT IMAGE AS SELECT * FROM test LIMIT 26")
    assert len(sheet_of(many)[0].pictures) == 26 and "layout='list'" in many.stdout and not many.pictures
    asked = cells("PRINT IMAGE OPTIONS (layout='list') AS SELECT * FROM test LIMIT 26")
    assert len(asked.pictures) == 26 and "layout" not in asked.stdout


def test_a_sheet_has_a_cap_that_it_tells(cells):
    result = cells("PRINT IMAGE AS SELECT * FROM train")
    assert len(sheet_of(result)[0].pictures) == 400 and "400" in result.stderr and "LIMIT" in result.stderr


def test_names_and_captions_are_text(cells):
    name = "<script>alert(1)</script>\"'&.png"
    Image.new("RGB", (40, 20), (200, 30, 30)).save(cells.workspace / name.replace("/", "_"))
    path = name.replace("/", "_").replace("'", "''")
    sheet, plain = sheet_of(cells(f"PRINT IMAGE OPTIONS (layout='grid', caption_cols=['word']) AS "
                                  f"SELECT '{path}' AS image_path, '<b onclick=x>&amp;' AS word"))
    assert "script" not in sheet.tags and "b" not in sheet.tags
    assert sheet.pictures[0][0].endswith(name.replace("/", "_"))
    assert sheet.captions == ["1\nword: <b onclick=x>&amp;"] and "<b onclick=x>&amp;" in plain
    assert (sheet.pictures[0][3]["width"], sheet.pictures[0][3]["height"]) == ("120", "60")


def test_large_files_are_shrunk(cells):
    large = Image.effect_noise((1600, 800), 80).convert("RGB")
    exif = Image.Exif()
    exif[0x112] = 8  # shown turned by 90 degrees: upright again from lying
    large.save(cells.workspace / "large.jpg", quality=95)
    large.save(cells.workspace / "lying.jpg", quality=95, exif=exif)
    sheet, _ = sheet_of(cells("PRINT IMAGE OPTIONS (layout='grid') AS SELECT 'large.jpg' AS image_path "
                              "UNION ALL SELECT 'lying.jpg'"))
    for (alt, mime, data, attributes), size in zip(sheet.pictures, ((120, 60), (60, 120))):
        shown = Image.open(io.BytesIO(data))
        assert mime == "image/jpeg" and len(data) < 60_000
        assert (int(attributes["width"]), int(attributes["height"])) == size
        assert shown.size == (2 * size[0], 2 * size[1]) and not shown.getexif().get(0x112)


def views_of(cells, options):
    sheet, _ = sheet_of(cells(f"PRINT IMAGE OPTIONS ({options}) AS SELECT * FROM train LIMIT 20"))
    return sheet


def test_views_of_the_first_five(cells):
    result = cells("PRINT IMAGE OPTIONS (augment='auto', views=3) AS SELECT * FROM train LIMIT 20")
    sheet, plain = sheet_of(result)
    assert "augment='digits'" in result.stdout and "5 of 20" in result.stdout
    assert [c for c in sheet.captions] == ["original", "view 1", "view 2", "view 3"] * 5
    for i, (alt, mime, data, _) in enumerate(sheet.pictures):
        if i % 4 == 0:
            assert data == open(alt, "rb").read()
        else:
            assert mime == "image/png" and Image.open(io.BytesIO(data)).size == (28, 28) and alt.startswith("view ")
    assert len(plain.splitlines()) == 20


def test_views_belong_to_their_seed(cells):
    pixels = {o: [p[2] for p in views_of(cells, o).pictures]
              for o in ("views=2", "views=2, seed=0", "views=2, seed=1", "views=2, rotation=0", "views=1")}
    assert pixels["views=2"] == pixels["views=2, seed=0"]
    assert pixels["views=2"] != pixels["views=2, seed=1"]
    assert pixels["views=2"] != pixels["views=2, rotation=0"]
    assert pixels["views=1"][1::2] == pixels["views=2"][1::3]  # the first view is the first, however many there are


@pytest.mark.parametrize("search", [
    ("", f"SELECT * FROM (SEARCH IMAGE images='{QUERY}' USING m AS SELECT * FROM test) ORDER BY m_simclr_similarity1 DESC LIMIT 3"),
    (f", model='m', search_input='{QUERY}'", "SELECT image_path FROM test LIMIT 3")])
def test_an_explanation_adds_up(cells, search):
    result = cells(f"PRINT IMAGE OPTIONS (explain=True{search[0]}) AS {search[1]}")
    sheet, _ = sheet_of(result)
    assert "Orange" in result.stdout and len(sheet.pictures) == 6
    for query, found in zip(sheet.captions[::2], sheet.captions[1::2]):
        score = float(re.match(r"\d · (-?[\d.]+)\n", found).group(1))
        for caption in (query, found):
            parts = re.findall(r"(shape|texture|colour|rest) (-?[\d.]+)", caption)
            assert [p[0] for p in parts] == ["shape", "rest"]
            assert abs(sum(float(p[1]) for p in parts) - score) < 0.002
    for _, mime, data, _ in sheet.pictures:
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        assert picture.size == (224, 224)
        assert any(abs(r - b) > 40 for r, g, b in picture.getdata())  # there is heat on it


def test_switches_are_kept_in_the_model(cells):
    built = cells("BUILD MODEL flipped USING SimCLR OPTIONS (max_epochs=1, horizontal_flip=True, rotation=5, color=False) "
                  "AS SELECT * FROM train LIMIT 100")
    assert built.ok, built.shown
    notes = model_file(cells.workspace, "flipped").read_bytes()[:4000].decode("latin-1")
    assert '"augment.mirror":"1"' in notes and '"augment.rotation":"0.0872664601"' in notes
    assert '"augment.contrast":"0"' in notes and '"augment.shear":"0.300000012"' in notes
