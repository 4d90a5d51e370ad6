"""Every URL, and what its neighbours are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.service import Running


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/en/flashes", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("/v1/en/flashes/x", {"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}),
        ("/v1/en/live", {"GET", "HEAD", "OPTIONS"}),
        ("/en", {"GET", "HEAD"}),
    ],
)
async def test_a_wrong_method_names_the_right_ones(
    service: Running, path: str, methods: set[str]
) -> None:
    """A client that uses the wrong verb learns all the verbs of that address."""
    answer = await service.request("PUT", path, body={})
    assert answer.status == 405
    assert {name.strip() for name in answer.headers["allow"].split(",")} == methods
    assert answer.headers["content-type"] == "application/problem+json"


async def test_head_is_get_without_a_body(service: Running) -> None:
    """A monitor that only asks for headers gets them."""
    line = await service.post("en", "A line")
    flash, widget = f"/v1/en/flashes/{line['id']}", "/ticker.js"
    for path in ("/v1/en/flashes", flash, "/v1/editions", "/", "/en", "/healthz", widget):
        full, head = await service.get(path), await service.request("HEAD", path, token=None)
        assert (head.status, head.body) == (200, b""), path
        for name in ("content-type", "etag", "cache-control", "content-length"):
            assert head.headers.get(name) == full.headers.get(name), path


@pytest.mark.parametrize(
    "path", ["/ticker.js", "/static/ticker/define.js", "/static/reader/reader.css"]
)
async def test_assets_are_ours_and_for_every_site(service: Running, path: str) -> None:
    """The widget's files can be loaded by any site, and are kept for a while."""
    answer = await service.get(path)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "max-age" in answer.headers["cache-control"]
    wanted = "text/css" if path.endswith(".css") else "text/javascript"
    assert answer.headers["content-type"].startswith(wanted)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static/%2e%2e%2fpyproject.toml",
        "/static/..%5cpyproject.toml",
        "/static/reader/../../pyproject.toml",
        "/static//etc/passwd",
        "/static/",
    ],
)
async def test_nothing_else_is_served(service: Running, path: str) -> None:
    """Only the files of the static folder are served, and no listing of them."""
    answer = await service.get(path)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
