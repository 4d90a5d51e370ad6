"""`ticker list`, `show`, `queue`, `editions` and `search`, as an editor runs them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.process import Here, Serving


def test_lines_are_found(here: Here, served: Serving) -> None:
    """An editor finds lines, killed ones too, from a terminal; a wrong search is one clear sentence."""
    client = served.client
    first = client.publish("en", "Café owners strike", source="Port")
    killed = client.publish("en", "Cafe closed", urgency=5)
    client.kill("en", killed["id"], "Wrong")
    env = served.env
    done = here("search", "cafe", "--edition", "en", env=env)
    moments = [it["firstcreated"][:19].replace("T", " ") for it in (killed, first)]
    assert done.out.splitlines() == [
        f"{moments[0]}  5  KILLED  Cafe closed  {killed['id']}",
        f"{moments[1]}  3  Café owners strike  (Port)  {first['id']}",
    ]
    done = here("search", "cafe", "--edition", "en", "--source", "port", "--json", env=env)
    assert [json.loads(it)["id"] for it in done.out.splitlines()] == [first["id"]]
    done = here("search", "—", "--edition", "en", env=env)
    assert (done.code, done.out) == (1, "")
    assert "q must have a letter or a digit" in done.err
