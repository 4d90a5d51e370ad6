"""XML writer (XML 1.0, fifth edition): elements as text, well-formed whatever is put into them."""

from __future__ import annotations

import re
from typing import Final

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
# §2.2: what is none of its characters cannot be written, not as a reference either.
_ILLEGAL: Final = re.compile("[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# References by number: a reader of feeds that takes a text for HTML reads these as characters, too
# (RSS Advisory Board, profile: titles).
_MARKUP: Final = str.maketrans(
    {"&": "&#x26;", "<": "&#x3C;", ">": "&#x3E;", '"': "&#x22;", "\t": "&#x9;", "\n": "&#xA;",
     "\r": "&#xD;"}
)  # fmt: skip


def escaped(text: str) -> str:
    """A text as character data or as a value of an attribute; illegal characters are left out."""
    return _ILLEGAL.sub("", text).translate(_MARKUP)


def element(tag: str, /, *content: str, **attributes: str | None) -> str:
    """An element on a line of its own.

    Args:
        tag: Its name, with its prefix.
        content: XML inside: `escaped` text, or other elements.
        attributes: `_` stands for `:` and a `_` at the end for nothing; those that are None are
            left out.
    """
    some = "".join(
        f' {name.removesuffix("_").replace("_", ":")}="{escaped(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    inside = "".join(content)
    return f"<{tag}{some}>{inside}</{tag}>\n" if inside else f"<{tag}{some}/>\n"


def text_element(tag: str, text: str | None, /, **attributes: str | None) -> str:
    """An element with a text in it; nothing where there is no text."""
    return element(tag, escaped(text), **attributes) if text else ""
