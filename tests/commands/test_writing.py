"""`ticker draft`, `hold`, `release`, `correct` and `post --batch`, as an editor runs them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.process import Here, Serving


def test_a_line_that_waits(here: Here, served: Serving) -> None:
    """A draft is filed, seen in the queue, released, corrected in any field and taken back, at a terminal."""
    env = served.env
    flash_id = here("draft", "A draft", "--edition", "en", "--source", "Port", env=env).out.strip()
    assert f"draft  A draft  tester  {flash_id}" in here("queue", "--edition", "en", env=env).out
    assert here("release", flash_id, env=env).out == f"{flash_id} version 2\n"
    changed = here("correct", flash_id, "--urgency", "1", "--clear", "source", "--json", env=env)
    flash = json.loads(changed.out)
    assert (flash["headline"], flash["urgency"], flash["source"]) == ("A draft", 1, None)
    changed = here("correct", "--refile", flash_id, "--urgency", "2", "Mended", env=env)
    assert changed.out == f"{flash_id} version 4\n"
    changed = here("correct", flash_id, "--urgency", "3", "--", "-5 degrees", env=env)
    assert changed.out == f"{flash_id} version 5\n"
    refused = here("kill", flash_id, "--reason", "x", "--if-version", "2", env=env)
    assert "412" in refused.refusal
    for mistyped in ("--urgencyy", "-u"):
        wrong = here("correct", flash_id, mistyped, "3", env=env)
        assert (wrong.code, wrong.out) == (2, "")
    nothing = here("correct", flash_id, env=env)
    assert (nothing.code, nothing.out) == (2, "")
    held = here("hold", "Soon", "--edition", "en", "--seconds", "10", "--json", env=env)
    assert json.loads(held.out)["pubstatus"] == "withheld"


def test_many_lines_of_a_file(here: Here, served: Serving, tmp_path: Path) -> None:
    """Each line of a file is filed or refused by itself, named by its number, and the code says if one was."""
    file = tmp_path / "lines.jsonl"
    file.write_text('{"headline": "One"}\n\nnonsense\n{"headline": "Ein", "edition": "es"}\n')
    post = ("post", "--batch", file, "--edition", "en")
    done = here(*post, "--json", env=served.env)
    results = [json.loads(it) for it in done.out.splitlines()]
    assert [(it["line"], it["status"]) for it in results] == [(1, 201), (3, 422), (4, 201)]
    assert results[2]["flash"]["edition"] == "es"
    said = done.err.splitlines()
    assert done.code == 1
    assert said[0].startswith("ticker: line 3: 422")
    assert said[1] == "ticker: 1 of 3 lines were refused"
    mixed = here(*post, "a line", env=served.env)
    assert mixed.code == 2
