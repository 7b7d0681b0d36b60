"""Events as bytes: whatever the JSON, a client gets it whole and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings, strategies as st

from shared.kit.web.sse import encode_comment, encode_event


def parsed(stream: bytes) -> list[tuple[str, str]]:
    """Read a stream as the HTML standard says (9.2.6), lines ending in any of its three ways."""
    text = stream.decode().replace("\r\n", "\n").replace("\r", "\n")
    events, name, data = [], "", list[str]()
    for line in text.split("\n"):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "" and data:
            events.append((name, "\n".join(data)))
        if line == "":
            name, data = "", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)
    return events


def test_compact_json_is_one_line() -> None:
    assert encode_event("offer.created", b'{"a":1}') == b'event: offer.created\ndata: {"a":1}\n\n'


@settings(max_examples=50)
@given(st.none() | st.text() | st.lists(st.text()), st.sampled_from([None, 1]))
def test_a_client_reads_back_any_json(value: object, indent: int | None) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "replace")
    stream = encode_event("card.ready", data) + encode_event("next", b"1")
    (name, text), following = parsed(stream)
    assert (name, following) == ("card.ready", ("next", "1"))
    assert json.loads(text) == json.loads(data)


@settings(max_examples=50)
@given(st.text(alphabet=st.sampled_from("a:\r\n ")))
def test_no_text_breaks_out_of_its_event(text: str) -> None:
    events = parsed(encode_event("note", text.encode()))
    assert events == [("note", text.replace("\r\n", "\n").replace("\r", "\n"))]


@pytest.mark.parametrize("name", ["a\nb", "a\rb"])
def test_a_name_of_two_lines_is_an_error_of_ours(name: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        encode_event(name, b"{}")


@settings(max_examples=50)
@given(st.text(alphabet=st.sampled_from("a:\r\n ")))
def test_a_comment_is_no_event(text: str) -> None:
    assert parsed(encode_comment(text)) == []


def test_a_comment_of_nothing_keeps_a_stream_alive() -> None:
    assert encode_comment() == b": \n\n"
