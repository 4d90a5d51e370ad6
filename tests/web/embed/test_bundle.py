"""Joining the widget's modules into one file."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from ticker.settings import static_dir
from ticker.web.embed.bundle import INTERNAL, join, squeeze


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


def test_names_that_only_the_widget_knows_become_letters() -> None:
    """What the widget alone has is short in its script; what others read keeps its name."""
    script = (
        "(() => {\nconst CSS = `.a { color: var(--_text) }\n"
        "@container (max-width: 1px) {\n  .b { color: var(--bt-text) }\n}`;\n"
        "const link = { hear, headline };\nadopt(CSS, link.hear - 1, link.headline);\n})();\n"
    )
    assert squeeze(script, lambda kind, text: f"{kind[:4]}:{text.replace(' - ', '-')}") == (
        "appl:((CSS) => {\nlet link = { e, headline };\nadopt(CSS, link.e-1, link.headline);\n})"
        "(`text:.a { color: var(--_e) }\n"
        "@container (max-width: 1px) {text:\n  .b { color: var(--bt-text) }}`);"
    )


def test_pages_find_what_they_ask_the_widget_for() -> None:
    """The reader page goes by the banner's own view, so nothing that it asks of it has lost its name."""
    script = (static_dir() / "reader" / "reader.js").read_text("utf-8")
    asked = set(re.findall(r"\b(?:view|whole)\.(\w+)", script))
    assert {"lines", "skew"} <= asked
    assert not asked & set(INTERNAL)


def test_no_name_that_becomes_a_letter_is_data() -> None:
    """Each stands in the widget's code, and neither in a string nor in what pages and services know."""
    folder = static_dir() / "ticker"
    code = re.sub(r"^ *(/\*\*.*?\*/|//[^\n]*)$", "", join(folder), flags=re.DOTALL | re.MULTILINE)
    strings = re.findall(r'"[^"\n]*"|`[^`]*`', code)
    words = {it for text in strings for it in re.findall(r"\w+", re.sub(r"\$\{[^}]*\}", "", text))}
    told = (static_dir() / "custom-elements.json").read_text("utf-8")
    told += (static_dir().parent / "docs" / "protocol.md").read_text("utf-8")
    words |= set(re.findall(r'(?:"name": "|`)(\w+)["`]', told))
    for name in INTERNAL:
        assert re.search(rf"\b{name}\b", code), name
        assert name not in words, name


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
