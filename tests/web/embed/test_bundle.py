"""Joining the widget's modules into the scripts that sites load."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from ticker.settings import static_dir
from ticker.web.embed.bundle import FIRST, INTERNAL, WHOLE, bundle, join, parts_of, split, squeeze


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


def test_a_part_takes_what_it_needs_from_the_first_script(tmp_path: Path) -> None:
    """A part is a function of what the first script has, which knows it by what all parts say."""
    (tmp_path / "define.js").write_text('import { load } from "./parts.js";\nload("more");\n')
    (tmp_path / "parts.js").write_text(
        'import { a } from "./a.js";\n'
        'const PARTS = ["more"];\nconst again = "";\n'
        "export function load(name) { return import(`./${name}.js${again}`); }\n"
    )
    (tmp_path / "a.js").write_text("export const a = 1;\n")
    (tmp_path / "more.js").write_text(
        'import { a } from "./a.js";\nimport { b } from "./b.js";\nexport class More { c = a + b; }\n'
    )
    (tmp_path / "b.js").write_text("export const b = 2;\n")
    scripts = bundle(tmp_path, None)
    [part] = [name for name in scripts if name.startswith("ticker-more-")]
    assert scripts[part] == (
        "export default (a) => {\nconst b = 2;\nclass More { c = a + b; }\nreturn { More };\n};\n"
    )
    address = part.replace("more", "${name}", 1).removesuffix(".js")
    assert f"import(`./{address}.js${{again}}`).then((part) => part.default(a))" in scripts[FIRST]
    assert "const b" not in scripts[FIRST]
    (tmp_path / "b.js").write_text("export const b = 3;\n")
    assert part not in bundle(tmp_path, None)


def test_no_module_is_in_two_scripts() -> None:
    """What is fetched later isn't in the first script, and nothing that has a state is there twice."""
    folder = static_dir() / "ticker"
    scripts = split(folder)
    assert scripts.keys() == {FIRST, *parts_of(folder)}
    for module in folder.glob("*.js"):
        opening, _, _ = module.read_text("utf-8").partition("*/")
        [home] = [name for name, script in scripts.items() if opening in script]
        assert home == (module.stem if module.stem in scripts else FIRST)


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
    short = squeeze(
        {"a": script, "b": "link.hear"}, lambda kind, text: f"{kind[:4]}:{text.replace(' - ', '-')}"
    )
    assert short["b"] == "appl:link.e"
    assert short["a"] == (
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
    """Whoever decides by the size of the scripts finds those that are served."""
    dist = static_dir() / "dist"
    if (dist / FIRST).read_text("utf-8") == bundle(static_dir() / "ticker", None)[FIRST]:
        pytest.skip("this machine has no minifier")
    docs = Path(__file__).parents[3] / "docs"
    table = (docs / "performance.md").read_text("utf-8")
    row = re.compile(r"^\| `(\w+)` \|.*\| ([\d,]+) \| ([\d,]+) \|$", re.MULTILINE)
    said = {it[1]: [int(n.replace(",", "")) for n in it.groups()[1:]] for it in row.finditer(table)}
    served = {it.stem.split("-")[1]: it.read_bytes() for it in dist.glob("ticker-*.js")}
    served |= {"first": (dist / FIRST).read_bytes(), "whole": (dist / WHOLE).read_bytes()}
    assert said.keys() == served.keys()
    for name, script in served.items():
        squeezed = len(gzip.compress(script, 9, mtime=0))
        assert said[name][0] == pytest.approx(squeezed, rel=0.01)  # zlib is not the same everywhere
        assert said[name][1] == len(script)
    rough = re.search(r"about ([\d.]+) kB \(gzip\)", (docs / "embed.md").read_text("utf-8"))
    assert rough is not None
    assert float(rough[1]) * 1000 == pytest.approx(said["first"][0], rel=0.05)
