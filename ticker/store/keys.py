"""Key schema: what every key and channel of an edition is called, and what it holds."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Final


class Keys:
    """Names of an edition's keys; the braces (hash tag) put them on one slot of a Cluster."""

    def __init__(self, edition: str) -> None:
        self.edition: Final = edition

    def _name(self, part: str) -> str:
        return f"{{ticker:{self.edition}}}:{part}"

    @cached_property
    def head(self) -> str:
        """Hash: offset and tag of the newest entry, and the import that goes on."""
        return self._name("head")

    @cached_property
    def wire(self) -> str:
        """Stream: the log; entry ids are `<offset>-0`."""
        return self._name("wire")

    @cached_property
    def rehearsal(self) -> str:
        """Stream: a log that never lasts, to see whether the store takes anything."""
        return self._name("rehearsal")

    @cached_property
    def flashes(self) -> str:
        """Hash: flash id → its newest record."""
        return self._name("flashes")

    @cached_property
    def board(self) -> str:
        """Sorted set: ids of usable flashes by first publication in ms."""
        return self._name("board")

    @cached_property
    def pins(self) -> str:
        """Sorted set: ids of pinned usable flashes by first publication in ms."""
        return self._name("pins")

    @cached_property
    def due(self) -> str:
        """Sorted set: ids of withheld flashes by the end of their embargo in ms."""
        return self._name("due")

    @cached_property
    def queue(self) -> str:
        """Sorted set: ids of withheld flashes by when they were filed, in ms."""
        return self._name("queue")

    @cached_property
    def stories(self) -> str:
        """Hash: key of a story → id of the flash that is this edition's version of it."""
        return self._name("stories")

    @cached_property
    def checked(self) -> str:
        """Hash: flash id → when somebody last checked it against its versions elsewhere, in ms."""
        return self._name("checked")

    @cached_property
    def landed(self) -> str:
        """Sorted set: `<flash id> <version>` of what hubs have carried, by its time in ms."""
        return self._name("landed")

    def landing(self, name: str) -> str:
        """Hash: hub → whom this version (`<flash id> <version>`) has reached there."""
        return self._name(f"landing:{name}")

    @cached_property
    def desk(self) -> str:
        """Channel: says the id of a flash that changed, to desks, withheld ones too."""
        return self._name("desk")

    @cached_property
    def live(self) -> str:
        """Channel: announces every entry of the log."""
        return self._name("live")

    def versions(self, flash_id: str) -> str:
        """List: every record of a flash, oldest first."""
        return self._name(f"versions:{flash_id}")

    def coverage(self, slug: str) -> str:
        """Sorted set: ids of a running story's usable flashes by first publication in ms."""
        return self._name(f"coverage:{slug}")

    def clicks(self, hour: str) -> str:
        """Sorted set: ids of flashes by how often their link was followed in an hour."""
        return self._name(f"clicks:{hour}")

    def idempotency(self, key: str) -> str:
        """Hash: fingerprint of a request and the record that answered it."""
        return self._name(f"idempotency:{key}")


@lru_cache(maxsize=256)
def keys_of(edition: str) -> Keys:
    """The one object with an edition's names, each of which is put together once."""
    return Keys(edition)
