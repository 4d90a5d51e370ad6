# ruff: noqa: RUF001 - look-alikes are what this is about
"""A table of hostile strings through intake to every output: equal and escaped, or refused by name."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from tests.support.desk import hire, log_in
from tests.support.service import Running, receive, running
from ticker.accounts.principal import Role
from ticker.commands.tail import as_json, as_text
from ticker.news.text import isolated

if TYPE_CHECKING:
    from ticker.settings import Settings

# What may be published: harmless to whoever treats it as text.
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title></style></textarea><svg onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<!--<script>", "-->", "<![CDATA[", "]]>", "]]>]]&gt;",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "\"' onmouseover=alert(1) x='", "' autofocus onfocus=alert(1) '", "`${alert(1)}`",
    "&lt;b&gt; &amp;amp; &#60;script&#62; &quot;", "&#x3c;b&#x3e;",
    "{{7*7}}", "{% import os %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "%{7*7}", "{0.__class__}", "%s%n%x",
    "'; DROP TABLE flashes;--", "1 OR 1=1", "\" UNION SELECT * FROM users --",
    "$(reboot)", "`reboot`", "; rm -rf /", "| cat /etc/passwd", "&& shutdown -h now", "../../../etc/passwd",
    "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd", "+1+1", "-1+1",
    "EVAL \"return 1\" 0", "*1 $8 FLUSHALL", "{ticker:en}:wire",
    "data: {\"type\":\"beat\"}", "id: 9.ffff", "event: message", ": comment", "retry: 1",
    "{\"type\":\"hello\",\"reset\":true}", "null", "undefined", "NaN", "true", "0", "__proto__", "constructor",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>",
    "https://evil.example/<script>", "[click](javascript:alert(1))", "![x](https://evil.example/x.png)",
    "Content-Type: text/html", "%0d%0aSet-Cookie: a=b", "%00", "\\u003cscript\\u003e", "\\x3cscript\\x3e",
    "\\", "\\\\", "\\\"", "/", "//", "'", "\"", "<", ">", "&", "--", "/*", "*/", "<>",
    "раураl аpple", "ＦＵＬＬＷＩＤＴＨ ＜ｓｃｒｉｐｔ＞", "ﬁ ligature ﬀ", "Ⅷ ℡ ㎏", "𝕳𝖊𝖑𝖑𝖔", "ĸra",
    "عاجل: <b>مصر</b> \"اليوم\"", "עברית and English", "日本語テスト", "हिन्दी",
    "👩‍👩‍👧‍👦🏴‍☠️🇵🇸", "Z͑ͫ̓ͪ̂a̾l̛go", "é" * 140, "x" * 280, "👍🏽" * 200,
    "\u2066isolated\u2069 text", "left\u200emark", "right\u200fmark",
]  # fmt: skip
# What may not, with the one field named.
REFUSED = [
    "", " ", "\t", "\u3000", "two\nlines", "two\r\nlines", "two\u2028lines", "two\u2029lines", "two\x0blines",
    "two\x85lines", "nul\0", "bell\x07", "\x1b[2J\x1b[31mred", "\x9b31m", "delete\x7f", "back\x08space",
    "\u202eesrever", "\u202aembedded", "\u202dforced", "\u2066open", "closed\u2069", "\u2069\u2066",
    "zero\u200bwidth", "word\u2060joiner", "\ufeffbom", "soft\u00adhyphen", "lone\u200djoiner",
    "lone\u200cnon-joiner", "in\u2062visible", "tag\U000e0041", "interlinear\ufff9x\ufffa",
    "private\ue000", "unassigned\U000e0fff", "non\uffffcharacter", "replacement\ufffd",
    "hangul\u3164filler", "x" * 281, "a" + "\u0301" * 17, "x" * 9000, "lone \ud800 surrogate", "\udfff",
]  # fmt: skip
LINKS = [
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    " javascript:alert(1)", "\x01javascript:alert(1)", "javascript\0:alert(1)", "javascript&colon;alert(1)",
    "vbscript:x", "data:text/html,x", "file:///etc/passwd", "ftp://a.example", "blob:https://a.example/x",
    "//evil.example", "/relative", "https:", "https://", "http:///x", "https:evil.example",
    "https:\\\\evil.example", "https://user@evil.example", "https://user:pw@evil.example",
    "https://a.example/\"onclick=\"x", "https://a.example/<script>", "https://a.example/a b",
    "https://a.example/\u202egnp.exe", "https://a.example/\u200b", "https://a.example/\r\nSet-Cookie:a=b",
    "https://a.example:99999/", "https://a.example:x/", "https://[::1", "https://a.example/\ud800",
    "https://a.example/" + "x" * 2048,
]  # fmt: skip


class Page(HTMLParser):
    """What a browser makes of a page: its words, its attributes, and the elements that there are."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.words: list[str] = []
        self.values: list[str] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.feed(html.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values += [value or "" for _, value in attrs]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join([*self.words, *self.values]).split())


def skeleton(html: bytes) -> set[str]:
    """The kinds of elements of a page."""
    page = Page(html)
    assert not page.handlers
    return set(page.tags)


def plenty(settings: Settings) -> Settings:
    return replace(settings, board_lines=len(HOSTILE) + 1, posts_burst=5000)


async def publish(service: Running) -> dict[str, dict[str, Any]]:
    """Every accepted string as a line of its own, which says it in all fields that take it: by id."""
    lines = {}
    for said in HOSTILE:
        short = said[:60].strip()
        fields = {"source": short, "located": short, "tags": [short]}
        flash = await service.post("en", said, **fields)
        assert flash["headline"] == said, said
        assert (flash["source"], flash["located"], flash["tags"]) == (short, short, [short])
        lines[flash["id"]] = flash
    return lines


async def test_accepted_strings_come_out_equal(settings: Settings) -> None:
    """Whatever a line says, every reader of JSON gets exactly these words, on each way there is."""
    async with running(plenty(settings)) as service:
        async with service.live("en") as reader, service.sse("en") as stream:
            for greeting in (await receive(reader), await stream.message()):
                assert greeting["flashes"] == []
            lines = await publish(service)
            for line in lines.values():
                assert (await receive(reader))["flash"] == line
                assert (await stream.message())["flash"] == line
        async with service.live("en") as reader, service.live("en", compression=None) as plain:
            for board in (await receive(reader), await receive(plain)):
                assert {flash["id"]: flash for flash in board["flashes"]} == lines
        board = (await service.get("/v1/en/flashes?limit=200")).json["flashes"]
        assert {flash["id"]: flash for flash in board} == lines
        log = await service.request("GET", "/v1/en/log", token=await service.token_for(Role.ADMIN))
        logged = [
            json.loads(json.loads(line)["record"])["flash"]
            for line in log.body.decode().split("\n")
            if line
        ]
        assert [it["headline"] for it in logged] == [it["headline"] for it in lines.values()]
        for flash_id, line in lines.items():
            assert (await service.get(f"/v1/en/flashes/{flash_id}")).json == line
            versions = await service.request("GET", f"/v1/en/flashes/{flash_id}/versions")
            assert versions.json["versions"][0]["flash"]["headline"] == line["headline"]
            message = {"type": "flash", "cursor": "1.x", "flash": line}
            assert json.loads(as_json(message)) == message
            for printed in (as_text(message), as_json(message)):
                assert len(printed.splitlines()) == 1
                assert "\x1b" not in printed


async def test_accepted_strings_are_text_on_pages(settings: Settings) -> None:
    """No string adds an element or a handler to a page; each stands there as the words it is."""
    async with running(plenty(settings)) as service:
        await hire(service, "adm", Role.ADMIN)
        admin = await log_in(service, "adm")
        harmless = await service.post("en", "harmless", source="s", located="l", tags=["t"])
        paths = [
            "/en",
            "/embed/en",
            "/embed/en?mode=stack",
            "/embed/en.fragment",
            "/desk/en",
            "/desk/en/timeline",
        ]
        lone = ["/en/f/{id}", "/desk/en/timeline/{id}"]
        before = {
            path: (await admin.ask("GET", path.format(**harmless))).body for path in paths + lone
        }
        await service.kill("en", harmless["id"])
        lines = await publish(service)
        for path in paths:
            page = (await admin.ask("GET", path)).body
            assert skeleton(page) <= skeleton(before[path]) | {"li", "ol", "p", "time", "a"}, path
        for kind in ("rss", "atom"):
            feed = ET.fromstring((await service.get(f"/en/feed.{kind}")).body)
            titles = [it.text for it in feed.iter() if it.tag.endswith("title")]
            assert {isolated(it["headline"], "ltr") for it in lines.values()} <= set(titles)
        words = Page((await service.get("/en")).body).text
        for flash_id, line in lines.items():
            said = " ".join(line["headline"].split())
            assert said in words
            for path in lone:
                page = (await admin.ask("GET", path.format(id=flash_id))).body
                assert skeleton(page) <= skeleton(before[path]), (path, said)
                assert said in Page(page).text, (path, said)
            embed = quote(f"{service.url}/en/f/{flash_id}", safe="")
            oembed = (await service.get(f"/oembed?url={embed}")).json
            assert skeleton(oembed["html"].encode()) == {"blockquote", "a", "iframe"}


async def test_refused_strings_name_their_field(service: Running) -> None:
    """What could break a line, hide or turn words round is refused in each field, by its name."""
    for said in REFUSED:
        for field in ("headline", "source", "located", "tags"):
            body = {"headline": "A line", field: [said] if field == "tags" else said}
            answer = await service.request("POST", "/v1/en/flashes", body=body)
            assert (answer.status, answer.fields) == (422, [field]), (said, answer.body)
    assert (await service.get("/v1/en/flashes")).json["flashes"] == []


async def test_refused_links_name_their_field(service: Running) -> None:
    """A link is an address on the web that shows where it leads, or it is refused."""
    for link in LINKS:
        answer = await service.request(
            "POST", "/v1/en/flashes", body={"headline": "A", "url": link}
        )
        assert (answer.status, answer.fields) == (422, ["url"]), (link, answer.body)


async def test_strings_in_urls(service: Running) -> None:
    """The same strings in paths and queries are answered, never obeyed, and split no header."""
    for said in (HOSTILE + REFUSED)[::2]:
        name = quote(said.encode(errors="surrogatepass")[:2000], safe="")
        for path in (
            f"/{name}", f"/en/f/{name}", f"/en/coverage/{name}", f"/v1/{name}/flashes", f"/static/{name}",
            f"/v1/en/flashes/{name}", f"/v1/en/flashes?before={name}", f"/en?section={name}",
            f"/v1/en/live?urgency={name}x", f"/oembed?url={name}", f"/en/feed.{name}", f"/en/feed.atom?tag={name}", f"/embed/en?mode={name}", f"/embed/en.fragment?mode={name}", f"/embed/{name}.fragment",
            f"/embed?edition={name}", f"/en/f/{name}.v1.png", f"/en/coverage/{name}/picture.png", f"/desk/login?next={name}", f"/ticker-{name}.js",
        ):  # fmt: skip
            answer = await service.get(path)
            assert answer.status < 500, path
            assert "set-cookie" not in answer.headers, path
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert not Page(answer.body).handlers, path
            if answer.headers.get("content-type", "").startswith("application/atom+xml"):
                assert ET.fromstring(answer.body).tag == "{http://www.w3.org/2005/Atom}feed", path
