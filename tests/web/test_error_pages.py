"""Errors as pages for people, and as documents for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.service import Running

BROWSER = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/nowhere", 404, "There is nothing here"),
        ("/ar/nowhere/x", 404, "لا يوجد شيء هنا"),
        ("/es?section=x", 422, "Esta dirección pide algo que no existe"),
        ("/es?before=x", 404, "Aquí no hay nada"),
    ],
)
async def test_a_person_gets_a_page(service: Running, path: str, status: int, says: str) -> None:
    """A browser is shown an error in the edition's language, with a way home."""
    answer = await service.get(path, Accept=BROWSER)
    html = answer.body.decode()
    assert answer.status == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert f"<h1>{says}</h1>" in html
    home = path.split("/")[1].partition("?")[0]
    assert f'<a href="/{home if home in ("ar", "es") else "en"}">' in html
    assert "noindex" in html


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/nowhere", "*/*"), ("/nowhere", "application/json"), ("/v1/en/flashes/x", BROWSER),
     ("/nowhere", "application/json, text/html;q=0.9"), ("/en/f/x", "text/html;q=0, */*"), ("/en/coverage/x", "application/json"),
     ("/nowhere", "application/problem+json, text/html"),
     ("/v1/nowhere/flashes", BROWSER), ("/static/x", BROWSER)],
)  # fmt: skip
async def test_a_program_gets_a_document(service: Running, path: str, accept: str) -> None:
    """Who does not ask for HTML, or asks the interface, gets a problem document."""
    answer = await service.get(path, Accept=accept)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    # What is a document for everybody does not vary.
    assert answer.headers.get("vary") == (
        None if path.startswith(("/v1/", "/static/")) else "Accept"
    )


async def test_what_was_asked_for_is_escaped(service: Running) -> None:
    """An address with markup in it is shown as text."""
    answer = await service.get("/%3Cscript%3Ealert(1)%3C%2Fscript%3E?a", Accept=BROWSER)
    assert answer.status == 404
    assert b"<script>alert" not in answer.body
