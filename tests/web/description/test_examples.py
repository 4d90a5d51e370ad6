"""Every example of the OpenAPI description is asked for, and answered as it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from tests.support.description import DESCRIPTION, check, resolved, validator
from ticker.accounts.principal import Role
from ticker.news.document import format_time, utcnow
from ticker.web.description.openapi import OPERATIONS
from ticker.web.description.operation import EXAMPLE_ID, Access

if TYPE_CHECKING:
    from tests.support.service import Answer, Running

# In an order in which there is what each asks for; the others are asked for before the kill.
FIRST = ["publish", "entitle", "correct", "publish_many"]
LAST = ["kill", "flash"]
# Its answer has no end; a test of the protocol reads it.
ENDLESS = {"live"}


# Members of an example that stand for whatever there is.
ANY = {"a1b2", "websocket", "direct"}


def alike(example: Any, told: Any) -> bool:
    """Whether an answer has all members that its example has, of the same types."""
    if isinstance(example, dict) and isinstance(told, dict):
        return all(
            alike(it, told[name])
            for name, it in example.items()
            if name not in ANY and name in told
        ) and (example.keys() - ANY <= told.keys())
    if isinstance(example, list) and isinstance(told, list):
        return not (example and told) or alike(example[0], told[0])
    return told is None or example is None or type(told) is type(example)


async def ask(service: Running, route: str, flash_id: str, token: str | None) -> Answer:
    """Ask for an operation by its example."""
    operation = OPERATIONS[route]
    method, _, path = route.partition(" ")
    for it in DESCRIPTION["paths"][path][method.lower()]["parameters"]:
        if it.get("in") == "path":
            path = path.replace(f"{{{it['name']}}}", quote(str(it["example"])))
    path = path.replace(EXAMPLE_ID, flash_id)
    query = dict(operation.query)
    if "at" in query:
        query["at"] = format_time(utcnow())
    if "url" in query:
        query["url"] = f"{service.url}/en"
    path += f"?{urlencode(query)}" if query else ""
    media_type = {"Content-Type": operation.body.media_types[0]} if operation.body else {}
    headers = {
        **media_type,
        **({"Origin": service.url} if operation.id in {"click", "report"} else {}),
    }
    body = operation.body.example if operation.body else None
    return await service.request(method, path, body=body, headers=headers, token=token)


async def test_every_example_is_answered_as_it_says(service: Running) -> None:
    """Whoever copies an example from the reference gets what stands beside it."""
    admin, editor = await service.token_for(Role.ADMIN), await service.token_for(Role.EDITOR)
    ids = {it.id: route for route, it in OPERATIONS.items()}
    order = [*FIRST, *(it for it in ids if it not in {*FIRST, *LAST} | ENDLESS), *LAST]
    assert {*order, *ENDLESS} == set(ids)
    flash_id = ""
    async with service.live("en"):
        for name in order:
            operation = OPERATIONS[ids[name]]
            token = (
                (admin if name == "audit" else editor)
                if operation.access is Access.EDITORIAL
                else None
            )
            if name in {"queue", "release"}:
                await service.request(
                    "POST", "/v1/en/flashes?draft=true", body={"headline": "A draft", "urgency": 3}
                )
            answer = await ask(service, ids[name], flash_id, token)
            # Hubs tell of these now and then.
            while name in {"landing", "readers"} and (
                answer.status == 404 or not answer.json["hubs"]
            ):
                answer = await ask(service, ids[name], flash_id, token)
            flash_id = answer.json["id"] if name == "publish" else flash_id
            judge(ids[name], answer)


def judge(route: str, answer: Answer) -> None:
    operation = OPERATIONS[route]
    check(route.partition(" ")[0], route.partition(" ")[2], answer)
    if operation.id in {"pinned_widget", "line_picture", "security_txt"}:
        # Of a version that there isn't, or a contact.
        assert answer.status in {200, 302, 404}
        return
    assert answer.status in operation.replies, (route, answer.status, answer.body)
    reply = operation.replies[answer.status]
    if reply.example is not None:
        assert alike(reply.example, answer.json), (route, answer.json)


def test_every_example_is_as_its_schema_says() -> None:
    """Examples of bodies, answers and problems are valid by what they stand beside."""
    count = 0
    for methods in DESCRIPTION["paths"].values():
        for operation in methods.values():
            found = [*operation["responses"].values(), operation.get("requestBody", {})]
            for content in [
                it for one in found for it in resolved(one).get("content", {}).values()
            ]:
                if "example" in content:
                    problems = list(
                        validator(json.dumps(content["schema"])).iter_errors(content["example"])
                    )
                    assert not problems, (operation["operationId"], problems[:3])
                    count += 1
    assert count > 30
