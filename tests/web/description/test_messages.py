"""Schemas of messages hold what the service says against the protocol's table."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from tests.support.description import DESCRIPTION
from tests.support.flashes import flash
from ticker.news.document import utcnow
from ticker.news.event import GENESIS
from ticker.news.newsroom import Edition
from ticker.protocol.frames import Encoder
from ticker.protocol.messages import MESSAGES
from ticker.web.description.messages import payload


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_of_the_table_has_one(name: str) -> None:
    """It names the message, and all that stands in it always."""
    schema = payload(name)
    assert schema["properties"]["type"]["const"] == name
    needed = {it for it, of in MESSAGES[name].members.items() if not of.is_optional}
    assert set(schema["required"]) == needed | {"type", "cursor"}


def test_a_hello_is_what_it_says() -> None:
    """What the service answers a long poll with passes, and without its clock it doesn't."""
    whole = {**payload("hello"), "components": DESCRIPTION["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole)
    frame = Encoder(25, 50, 24, Edition("en", "en", "ltr", "English", "Breaking")).snapshot(
        GENESIS, [flash("a")], utcnow()
    )
    hello = json.loads(frame.text)
    assert validator.is_valid(hello)
    del hello["now"]
    assert not validator.is_valid(hello)
