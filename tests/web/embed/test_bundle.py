"""Joining the widget's modules into one file."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from ticker.settings import static_dir
from ticker.web.embed.bundle import join


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


def test_the_manual_says_how_big_it_is() -> None:
    """Whoever decides by the size of the script finds the one that is served."""
    built = static_dir() / "dist" / "ticker.js"
    script = built.read_bytes()
    if script.decode() == join(static_dir() / "ticker"):
        pytest.skip("this machine has no minifier")
    plain, squeezed = len(script) / 1000, len(gzip.compress(script, 9, mtime=0)) / 1000
    docs = Path(__file__).parents[3] / "docs"
    exact = re.search(r"([\d.]+) kB gzip, ([\d.]+) kB plain", (docs / "performance.md").read_text())
    rough = re.search(r"about (\d+) kB \(gzip\)", (docs / "embed.md").read_text())
    assert exact is not None
    assert rough is not None
    assert float(exact[2]) == round(plain, 1)
    assert float(exact[1]) == pytest.approx(squeezed, rel=0.01)  # zlib is not the same everywhere
    assert float(rough[1]) == pytest.approx(squeezed, rel=0.05)
