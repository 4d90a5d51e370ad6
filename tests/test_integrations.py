"""The examples of docs/integrations.md, run as a reader of the manual runs them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.service import Running

_MANUAL = (Path(__file__).parent.parent / "docs" / "integrations.md").read_text("utf-8")
EXAMPLES = re.findall(r"```(\w+)\n(.*?)```", _MANUAL, re.DOTALL)
_PROGRAMS = {
    "sh": ["sh", "-e", "-c", "{}"],
    "python": [sys.executable, "-c", "{}"],
    "js": ["node", "--input-type=module", "--eval", "{}"],
    "php": ["php", "-r", "{}"],
}


async def run(folder: Path, url: str, language: str, text: str) -> str:
    """What one example prints; it must end well."""
    words = [it.replace("{}", text.removeprefix("<?php")) for it in _PROGRAMS[language]]
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=folder,
        env={**os.environ, "TICKER_URL": url, "LC_ALL": "C.UTF-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_the_examples_run(service: Running, tmp_path: Path) -> None:
    """Each example of the manual shows the line that is out, and no word of the one that was killed."""
    killed = await service.post("en", "Secret words", section="sports")
    await service.post("en", "Harbour closed", section="sports", urgency=1)
    await service.kill("en", killed["id"])
    for language, text in EXAMPLES:
        program = "curl" if language == "sh" else _PROGRAMS[language][0]
        if shutil.which(program) is None:
            continue  # not on every machine
        shown = await run(tmp_path, service.url, language, text)
        assert "Harbour closed" in shown, text
        assert "Secret" not in shown, text


def test_every_language_is_one_that_is_run() -> None:
    """No example stands in the manual that nobody tries."""
    assert {language for language, _ in EXAMPLES} == _PROGRAMS.keys()


async def test_the_examples_of_the_client_run(service: Running, tmp_path: Path) -> None:
    """The programs of the client's manual do what stands beside them."""
    manual = (Path(__file__).parent.parent / "docs" / "client.md").read_text("utf-8")
    writing, following = re.findall(r"```python\n(.*?)```", manual, re.DOTALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TICKER_TOKEN", service.token)
        assert "headline must be one line" in await run(tmp_path, service.url, "python", writing)
        assert "0 lines on the board" in await run(tmp_path, service.url, "python", following)
