"""Static files, plain and gzipped."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from ticker.settings import static_dir

if TYPE_CHECKING:
    from tests.support.service import Running

FILES = ["tokens.css", "reader/reader.css", "desk/desk.js", "reader/words.json", "favicon.svg"]


@pytest.mark.parametrize("name", FILES)
async def test_a_text_comes_gzipped(service: Running, name: str) -> None:
    """A reader's browser gets styles and scripts in a fraction of their size, and the same bytes."""
    plain = await service.get(f"/static/{name}")
    small = await service.get(f"/static/{name}", Accept_Encoding="gzip, br")
    whole = (static_dir() / name).read_bytes()
    assert (plain.body, gzip.decompress(small.body)) == (whole, whole)
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert len(small.body) < len(whole)
    assert plain.headers["vary"] == small.headers["vary"] == "Accept-Encoding"
    assert plain.headers["content-type"] == small.headers["content-type"]
    assert plain.headers["cache-control"] == small.headers["cache-control"]
    assert plain.headers["etag"] != small.headers["etag"]


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_what_is_kept_is_not_sent_again(service: Running, coding: str) -> None:
    """A browser that has a file, in either form, is told that it is still the same."""
    first = await service.get("/static/tokens.css", Accept_Encoding=coding)
    etag = first.headers["etag"]
    again = await service.get("/static/tokens.css", Accept_Encoding=coding, If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["vary"] == "Accept-Encoding"
    assert again.headers["etag"] == etag
    other = {"gzip": "identity", "identity": "gzip"}[coding]
    changed = await service.get("/static/tokens.css", Accept_Encoding=other, If_None_Match=etag)
    assert changed.status == 200


async def test_a_part_is_of_the_plain_file(service: Running) -> None:
    """Who asks for a part of a file gets it of the file as it is."""
    part = await service.get("/static/tokens.css", Accept_Encoding="gzip", Range="bytes=0-9")
    assert (part.status, part.body) == (206, (static_dir() / "tokens.css").read_bytes()[:10])
