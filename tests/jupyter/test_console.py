"""Progress for clients that look at no update, as jupyter console: lines of text, few of them."""
import re

from conftest import LONG_BUILD


def is_line(message):
    return message.type == "stream" and re.search(r" %  .*/1,000 images|epoch \d+/1000", message.content["text"])


def interrupted(client):
    request = client.execute(LONG_BUILD)
    yield request
    client.send("control", "interrupt_request")
    outcome = client.outcome(request)
    assert outcome.content["ename"] == "KeyboardInterrupt"
    yield outcome.published


def test_a_console_gets_lines(client, pictures):
    client.request("shell", "is_complete_request", {"code": "SELECT 1"})
    steps = interrupted(client)
    request = next(steps)
    client.until(lambda m: m.request == request and is_line(m), 60)
    outputs = next(steps)
    assert not [m for m in outputs if m.type in ("display_data", "update_display_data")]
    text = "".join(m.content["text"] for m in outputs if m.type == "stream")
    assert re.search(r"^Training: stopped in epoch \d+ of 1000 after .* s(, loss .*)?$", text, re.M)
    assert len(text.splitlines()) < 10


def test_others_get_one_line_that_changes(client, connect, kernel, pictures):
    connect(kernel).request("shell", "is_complete_request", {"code": "SELECT 1"})  # another client's console
    steps = interrupted(client)
    request = next(steps)
    client.until(lambda m: m.request == request and m.type == "update_display_data", 60)
    outputs = next(steps)
    assert not [m for m in outputs if is_line(m)]
    assert "stopped" in [m for m in outputs if m.type == "update_display_data"][-1].content["data"]["text/plain"]


def test_a_setting_decides(client, pictures):
    client.run("SET thanosql.progress = 'text'")
    steps = interrupted(client)
    request = next(steps)
    client.until(lambda m: m.request == request and is_line(m), 60)
    assert not [m for m in next(steps) if m.type == "display_data"]
