"""What somebody writes on is said by their page, and by nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.desk import Editor, desk_line, hire, log_in, until
from ticker.accounts.principal import Role

if TYPE_CHECKING:
    from tests.support.service import Running

WRITING = "/desk/en/writing"


@pytest.fixture
async def editor(service: Running) -> Editor:
    await hire(service, "amal")
    return await log_in(service, "amal")


async def test_colleagues_see_what_somebody_writes_on(editor: Editor) -> None:
    """From the first word until it is sent, thrown away, or the page is closed."""
    service = editor.service
    await hire(service, "ben")
    ben = await log_in(service, "ben")
    line = await service.post("en", "A line")
    async with await desk_line(ben) as watching:
        async with await desk_line(editor) as desk:
            own = (await until(desk, "desk"))["desk"]
            for flash_id, lines in (
                (line["id"], [line["id"]]),
                (None, []),
                (line["id"], [line["id"]]),
            ):
                answer = await editor.ask("POST", WRITING, {"desk": own, "id": flash_id})
                assert answer.status == 204
                while (await until(watching, "desks"))["desks"].get("amal") != lines:
                    pass
        while "amal" in (await until(watching, "desks"))["desks"]:
            pass


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"id": None}, 422, "desk"),
        ({"desk": 7, "id": None}, 422, "desk"),
        ({"desk": "OWN"}, 422, "id"),
        ({"desk": "OWN", "id": ["x"]}, 422, "id"),
        ({"desk": "OWN", "id": "x" * 500}, 422, "id"),
        ({"desk": "OWN", "id": "no-such-line"}, 422, "id"),
        ({"desk": "OWN", "id": None, "more": 1}, 422, "more"),
        ({"desk": "another", "id": None}, 409, "desk"),
    ],
)
async def test_what_cannot_be_is_refused(
    editor: Editor, body: dict[str, Any], status: int, field: str
) -> None:
    """With the field that is wrong, and nobody is told anything."""
    async with await desk_line(editor) as desk:
        own = (await until(desk, "desk"))["desk"]
        sent = {name: own if it == "OWN" else it for name, it in body.items()}
        answer = await editor.ask("POST", WRITING, sent)
        assert (answer.status, answer.fields) == (status, [field])
        assert answer.headers["content-type"] == "application/problem+json"


async def test_nobody_speaks_for_another(editor: Editor) -> None:
    """Neither a colleague, nor a page of another site, nor somebody of another edition."""
    service = editor.service
    line = await service.post("en", "A line")
    await hire(service, "ben")
    await hire(service, "rosa", Role.REPORTER, "ar")
    ben, rosa = await log_in(service, "ben"), await log_in(service, "rosa", "ar")
    async with await desk_line(editor) as desk:
        body = {"desk": (await until(desk, "desk"))["desk"], "id": line["id"]}
        assert (await ben.ask("POST", WRITING, body)).status == 409
        assert (await rosa.ask("POST", WRITING, body)).status == 403
        assert (await editor.ask("POST", WRITING, body, csrf="")).status == 403
        foreign = await editor.ask("POST", WRITING, body, Origin="https://evil.example")
        assert foreign.status == 403
        assert (await editor.ask("POST", WRITING, body)).status == 204
