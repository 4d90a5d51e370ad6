"""Joining the widget's modules into one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticker.settings import static_dir
from ticker.web.embed.bundle import join

if TYPE_CHECKING:
    from pathlib import Path


def test_each_module_comes_once_after_those_it_needs(tmp_path: Path) -> None:
    """In one scope, what is used is there before its user, and nothing is there twice."""
    (tmp_path / "define.js").write_text(
        'import { a } from "./a.js";\nimport { b } from "./b.js";\na(b);\n'
    )
    (tmp_path / "a.js").write_text(
        'import {\n  b,\n} from "./b.js";\nexport function a() { return b; }\n'
    )
    (tmp_path / "b.js").write_text("export const b = 1;\n")
    assert join(tmp_path) == ("(() => {\nconst b = 1;\nfunction a() { return b; }\na(b);\n})();\n")


def test_all_modules_of_the_widget_are_in_it() -> None:
    """No module is left over, and no import or export either."""
    folder = static_dir() / "ticker"
    script = join(folder)
    for module in folder.glob("*.js"):
        first = module.read_text("utf-8").splitlines()[0]
        assert first in script, module.name
    assert "\nimport " not in script
    assert "\nexport " not in script
