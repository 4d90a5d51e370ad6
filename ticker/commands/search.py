"""What `ticker search` asks for and prints."""

from __future__ import annotations

from typing import Any, Final

# Fields of a search besides its words, as the interface names them.
FACETS: Final = ("section", "region", "tag", "coverage", "urgency", "source", "author", "day")


def found_text(flash: dict[str, Any]) -> str:
    """A line that was found, for people: when it was first published, what it says, its id."""
    moment = flash["firstcreated"][:19].replace("T", " ")
    killed = "KILLED  " if flash["pubstatus"] == "canceled" else ""
    source = f"  ({flash['source']})" if flash["source"] else ""
    return f"{moment}  {flash['urgency']}  {killed}{flash['headline']}{source}  {flash['id']}"
