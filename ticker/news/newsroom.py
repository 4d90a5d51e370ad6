"""Newsroom configuration: editions, and the vocabularies (sections, regions) of their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any, Final

from ticker.news.language import canonical, lookup
from ticker.news.masthead import Masthead, masthead_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

ORIGIN: Final = re.compile(r"https?://[\w.:\[\]-]+", re.ASCII)
_CODE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_BRACED: Final = re.compile(r"\{([^{}]*)\}")
# What a template has in braces is to be filled in at the desk.
PLACEHOLDERS: Final = ("source", "place", "number")
DRILL_PREFIX: Final = "drill-"
RESERVED: Final = frozenset(
    {"v1", "desk", "embed", "oembed", "static", "docs", "healthz", "readyz", "metrics", "assets"}
    | {"login", "logout", "account", "staff", "editions", "audit", "sign-on", "passkeys"}
)
# Those of `accounts.principal.Role`.
ROLES: Final = ("reporter", "editor", "admin")
_SCOPES: Final = ("profile",)
# OpenID Connect wants TLS; a provider on this machine may do without.
_ISSUER: Final = re.compile(
    r"(https://[\w.:\[\]-]+|http://(localhost|127(\.\d+){3}|\[::1\])(:\d+)?)(/[\w.~/-]*)?", re.ASCII
)


class NewsroomError(ValueError):
    """A newsroom cannot be like this; the message says why."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One language edition of the newsroom.

    Attributes:
        code: Its name in URLs and keys.
        lang: BCP 47 language of its lines.
        dir: ltr or rtl.
        name: What it calls itself.
        label: Its word for "Breaking".
        origins: Sites that may embed it; empty: all.
        breaking_budget: Lines of urgency 1 and 2 that it wants on its board at once, at most;
            None: any number. The desk asks, nothing is refused.
        follow_up_minutes: How long a flash (urgency 1) may stand without a follow-up before the
            desk says so; None: for ever.
    """

    code: str
    lang: str
    dir: str
    name: str
    label: str
    origins: tuple[str, ...] = ()
    breaking_budget: int | None = None
    follow_up_minutes: float | None = None

    @property
    def is_drill(self) -> bool:
        """Whether it is for exercises, and no reader ever sees it."""
        return self.code.startswith(DRILL_PREFIX)


@dataclass(frozen=True, slots=True)
class Group:
    """What the members of a group at the provider may do here.

    Attributes:
        group: Its name, as the provider's claim has it.
        role: One of `ROLES`.
        editions: Codes of where; empty: everywhere.
    """

    group: str
    role: str
    editions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignOn:
    """The OpenID provider that editors log in with (OpenID Connect Core 1.0).

    Attributes:
        name: What the house calls it, on the button.
        issuer: Its issuer identifier, a URL; metadata are found under it.
        client_id: Of this service, as registered there.
        groups: What each group may do.
        scopes: What is asked for, besides `openid`.
        groups_claim: Claim that lists the groups of a user.
        name_claim: Claim that a new user's name here is made of.
    """

    name: str
    issuer: str
    client_id: str
    groups: tuple[Group, ...]
    scopes: tuple[str, ...] = _SCOPES
    groups_claim: str = "groups"
    name_claim: str = "preferred_username"


@dataclass(frozen=True)
class Newsroom:
    """The configured editions and vocabularies.

    Attributes:
        editions: By code; the first is the default one.
        sections: Code → language → label.
        regions: Code → language → label.
        targets: Name of a place that lines are cut for → characters that fit there.
        templates: Language → beginnings of lines, with placeholders (`PLACEHOLDERS`).
        sign_on: The provider of single sign-on; None: there is none.
        masthead: What readers' pages say of whose they are.
    """

    editions: Mapping[str, Edition]
    sections: Mapping[str, Mapping[str, str]]
    regions: Mapping[str, Mapping[str, str]]
    targets: Mapping[str, int] = field(default_factory=dict)
    templates: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sign_on: SignOn | None = None
    masthead: Masthead = field(default_factory=Masthead)

    @cached_property
    def drills(self) -> Mapping[str, Edition]:
        """By code, the edition for exercises that each edition has."""
        drills = (replace(it, code=DRILL_PREFIX + it.code) for it in self.editions.values())
        return {drill.code: drill for drill in drills}

    @cached_property
    def all_editions(self) -> Mapping[str, Edition]:
        """Those for readers, then those for exercises."""
        return {**self.editions, **self.drills}

    def templates_in(self, lang: str) -> Sequence[str]:
        """Those of a language (BCP 47), else of the language without its region."""
        return lookup(self.templates, lang) or ()

    @staticmethod
    def labels(vocabulary: Mapping[str, Mapping[str, str]], lang: str) -> dict[str, str]:
        """Code → label in a language, else in English, else the code."""
        return {
            code: lookup(names, lang) or names.get("en") or code
            for code, names in vocabulary.items()
        }


def newsroom_of(tables: Mapping[str, Any]) -> Newsroom:
    """The newsroom that a TOML document describes (docs/settings.md).

    Raises:
        NewsroomError, KeyError, TypeError, AttributeError: It describes none.
    """
    editions = [_edition(table) for table in tables["editions"]]
    codes = {edition.code: None for edition in editions}.keys()
    return Newsroom(
        editions={edition.code: edition for edition in editions},
        sections=_vocabulary(tables.get("sections", {})),
        regions=_vocabulary(tables.get("regions", {})),
        targets=_targets(tables.get("targets", {})),
        templates=_templates(tables.get("templates", {})),
        sign_on=_sign_on(tables["sign_on"], codes) if "sign_on" in tables else None,
        masthead=_masthead(tables.get("newsroom", {}), codes),
    )


def _masthead(table: Mapping[str, Any], codes: Collection[str]) -> Masthead:
    try:
        return masthead_of(table, codes)
    except ValueError as error:
        raise NewsroomError(f"newsroom: {error}") from error


def _edition(table: Mapping[str, Any]) -> Edition:
    edition = Edition(**{**table, "origins": tuple(table.get("origins", ()))})
    try:
        edition = replace(edition, lang=canonical(edition.lang))
    except ValueError as error:
        raise NewsroomError(f"edition {edition.code}: lang {error}") from error
    reserved = edition.code in RESERVED or edition.code.startswith(DRILL_PREFIX)
    if not _CODE.fullmatch(edition.code) or reserved:
        raise NewsroomError(f"edition code {edition.code!r} is not usable in a URL")
    for origin in edition.origins:
        if not ORIGIN.fullmatch(origin):
            raise NewsroomError(
                f"edition {edition.code}: {origin!r} is no origin such as https://a.example"
            )
    if edition.dir not in {"ltr", "rtl"}:
        raise NewsroomError(f"edition {edition.code}: dir must be ltr or rtl")
    _check_pace(edition)
    return edition


def _check_pace(edition: Edition) -> None:
    budget, minutes = edition.breaking_budget, edition.follow_up_minutes
    # TOML's true is an int to Python, and no number to anybody else.
    if budget is not None and (type(budget) is not int or budget < 1):
        raise NewsroomError(
            f"edition {edition.code}: breaking_budget: {budget!r} is not a number of lines"
        )
    if minutes is not None and (type(minutes) not in {int, float} or not 0 < minutes < inf):
        raise NewsroomError(
            f"edition {edition.code}: follow_up_minutes: {minutes!r} is not a number of minutes"
        )


def _vocabulary(table: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    for code in table:
        if not _CODE.fullmatch(code):
            raise NewsroomError(f"code {code!r} is not lower-case letters, digits and hyphens")
    return {code: dict(names) for code, names in table.items()}


def _targets(table: Mapping[str, Any]) -> dict[str, int]:
    for name, limit in table.items():
        if not isinstance(limit, int) or limit <= 0:
            raise NewsroomError(f"target {name}: {limit!r} is not a number of characters")
    return dict(table)


def _templates(table: Mapping[str, Any]) -> dict[str, list[str]]:
    for lang, lines in table.items():
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise NewsroomError(f"templates {lang}: {lines!r} is no list of lines")
        for line in lines:
            for name in _BRACED.findall(line):
                if name not in PLACEHOLDERS:
                    known = ", ".join(f"{{{it}}}" for it in PLACEHOLDERS)
                    raise NewsroomError(f"templates {lang}: {{{name}}} is none of {known}")
    return {lang: list(lines) for lang, lines in table.items()}


def _sign_on(table: Mapping[str, Any], codes: Collection[str]) -> SignOn:
    groups = tuple(_group(it, codes) for it in table["groups"])
    scopes = tuple(table.get("scopes", _SCOPES))
    sign_on = SignOn(**{**table, "groups": groups, "scopes": scopes})
    if not _ISSUER.fullmatch(sign_on.issuer):
        raise NewsroomError(f"sign_on: issuer {sign_on.issuer!r} is no https URL without a query")
    words = [getattr(sign_on, it) for it in ("name", "client_id", "groups_claim", "name_claim")]
    if not all(isinstance(word, str) and word for word in [*words, *scopes]):
        raise NewsroomError("sign_on: names, claims and scopes must be words")
    if not groups:
        raise NewsroomError("sign_on: without groups nobody could log in")
    return sign_on


def _group(table: Mapping[str, Any], codes: Collection[str]) -> Group:
    group = Group(**{**table, "editions": tuple(table.get("editions", ()))})
    if group.group in {"", None}:
        raise NewsroomError("sign_on: a group must have a name")
    if group.role not in ROLES:
        raise NewsroomError(f"sign_on: group {group.group}: role must be one of {', '.join(ROLES)}")
    for code in group.editions:
        if code not in codes:
            raise NewsroomError(f"sign_on: group {group.group}: there is no edition {code!r}")
    return group
