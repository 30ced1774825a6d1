"""cursor_pos counts code points: not bytes, not UTF-16 units. Any position gets a reply."""
import pytest

BEFORE = ["", "'𝐚한' ", "-- 한글 🙂 ñ\n", "SELECT '🙂🙂🙂🙂'; "]
FAR = [0, 1, 5, 6, 7, 1000, 2**31, 2**53, -1, -100]


def complete(client, code, cursor):
    return client.request("shell", "complete_request", {"code": code, "cursor_pos": cursor}).content


def inspect(client, code, cursor, **more):
    return client.request("shell", "inspect_request", {"code": code, "cursor_pos": cursor, "detail_level": 0} | more).content


@pytest.mark.parametrize("before", BEFORE)
def test_complete(client, before):
    client.run("CREATE TABLE digit_pictures (x INTEGER)")
    code = before + "SELECT * FROM digit_p WHERE"
    cursor = len(before) + len("SELECT * FROM digit_p")
    found = complete(client, code, cursor)
    assert found["matches"] == ["digit_pictures"]
    assert (found["cursor_start"], found["cursor_end"]) == (cursor - len("digit_p"), cursor)
    for match in found["metadata"]["_jupyter_types_experimental"]:
        assert (match["start"], match["end"]) == (found["cursor_start"], found["cursor_end"])


def test_complete_a_name_that_is_not_ascii(client):
    client.run('CREATE TABLE "한글표" (x INTEGER)')
    code = "SELECT '𝐚' FROM 한글"
    found = complete(client, code, len(code))
    assert found["matches"] == ['한글표'] and (found["cursor_start"], found["cursor_end"]) == (len(code) - 2, len(code))


@pytest.mark.parametrize("before", BEFORE)
def test_inspect(client, before):
    code = before + "BUILD MODEL m USING SimCLR AS SELECT 1"
    found = inspect(client, code, len(before) + 3)
    assert found["found"] and "BUILD MODEL" in found["data"]["text/plain"]


@pytest.mark.parametrize("code", ["", "SELECT", "한글 𝐚", "\n", "'"])
def test_any_position_gets_a_reply(client, code):
    for cursor in FAR:
        found = complete(client, code, cursor)
        assert 0 <= found["cursor_start"] <= found["cursor_end"] <= len(code)
        assert isinstance(inspect(client, code, cursor)["found"], bool)
    for msg_type in ("complete_request", "inspect_request"):
        assert client.request("shell", msg_type, {"code": code}).status == "ok"  # without a cursor: the end


def test_nothing_to_say_is_ok(client):
    found = inspect(client, "SELECT zzzzzz", 10)
    assert found == {"status": "ok", "found": False, "data": {}, "metadata": {}}
    assert complete(client, "'zzzz", 5)["status"] == "ok"


def test_is_complete(client):
    for code, status in [("SELECT 1", "complete"), ("", "complete"), ("SELECT (1,", "incomplete"), ("SELECT 'a", "incomplete"),
                         ("BUILD MODEL m USING", "incomplete"), ("-- 한글", "complete")]:
        assert client.request("shell", "is_complete_request", {"code": code}).status == status, code
