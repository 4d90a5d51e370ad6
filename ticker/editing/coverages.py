"""Use case: an editor gives a running story (coverage) its title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticker.accounts.audit import entered
from ticker.accounts.principal import Role
from ticker.accounts.rights import authorise
from ticker.editing.bounds import FullError
from ticker.news import text
from ticker.news.faults import Fault, InvalidError
from ticker.store.coverage_titles import TooManyTitlesError

if TYPE_CHECKING:
    from ticker.accounts.audit import Audit
    from ticker.editing.context import EditContext
    from ticker.store.archive import Archive
    from ticker.store.coverage_titles import CoverageTitles

TITLE_MAX: Final = 80
_FIELD: Final = "title"


class NoSuchCoverageError(Exception):
    """No line that readers have is of that running story."""


class Coverages:
    """Titles of running stories. Every method raises `StoreUnavailableError`.

    Args:
        titles: Where they are kept.
        archive: Knows which stories there are.
        audit: Says who gave which title.
    """

    def __init__(self, titles: CoverageTitles, archive: Archive, audit: Audit) -> None:
        self._titles = titles
        self._archive = archive
        self._audit = audit

    async def title(self, context: EditContext, slug: str) -> str | None:
        """The title of a story, for whoever has a role in its edition; None: it has none.

        Raises:
            ForbiddenError: They have none.
            NoSuchCoverageError: There is no such story.
        """
        authorise(context.principal, context.edition, Role.REPORTER)
        await self._check(context.edition, slug)
        return await self._titles.get(context.edition, slug)

    async def entitle(self, context: EditContext, slug: str, data: dict[str, Any]) -> str | None:
        """Give it a title, or with null take that away; returns it as it is stored.

        Raises:
            ForbiddenError: They are no editor.
            InvalidError: It is no title.
            NoSuchCoverageError: There is no such story.
            FullError: The edition has too many titles.
        """
        authorise(context.principal, context.edition, Role.EDITOR)
        title = _title(data)
        if title is not None:
            await self._check(context.edition, slug)
        try:
            is_new = await self._titles.set(context.edition, slug, title)
        except TooManyTitlesError as error:
            raise FullError(_FIELD, str(error)) from error
        if is_new:
            entry = self._audit.note(
                context.principal.name,
                "story titled" if title else "story untitled",
                f"{context.edition}/{slug}",
                context.address or "",
                title or "",
            )
            await entered(entry, f"title of {context.edition}/{slug}")
        return title

    async def _check(self, edition: str, slug: str) -> None:
        if not await self._archive.coverage(edition, slug, 1):
            raise NoSuchCoverageError(slug)


def _title(data: dict[str, Any]) -> str | None:
    faults = [Fault(name, "is unknown") for name in data if name != _FIELD]
    title = data.get(_FIELD)
    if _FIELD not in data:
        faults.append(Fault(_FIELD, "is required; null takes it away"))
    elif title is not None and not isinstance(title, str):
        faults.append(Fault(_FIELD, "must be a string or null"))
    if not faults and title is not None:
        try:
            return text.line(title, TITLE_MAX)
        except text.TextError as error:
            faults.append(Fault(_FIELD, str(error)))
    if faults:
        raise InvalidError(faults)
    return None
