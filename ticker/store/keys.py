"""Key schema: what every key and channel is called, and what it holds.

A namespace keeps services on one store apart. Pub/sub knows no database numbers, so channels name
theirs.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

NAMESPACE: Final = "ticker"


class Keys:
    """Names of an edition's keys; the braces (hash tag) put them on one slot of a Cluster."""

    def __init__(self, edition: str, namespace: str = NAMESPACE, database: int = 0) -> None:
        self.edition: Final = edition
        self._prefix = f"{{{namespace}:{edition}}}"
        # As it always was in database 0: hubs of older versions hear it.
        self._database = f"@{database}" if database else ""

    def _name(self, part: str) -> str:
        return f"{self._prefix}:{part}"

    @cached_property
    def head(self) -> str:
        """Hash: newest entry's offset and tag, changes, validator of titles, import going on."""
        return self._name("head")

    @cached_property
    def wire(self) -> str:
        """Stream: the log; entry ids are `<offset>-0`."""
        return self._name("wire")

    @cached_property
    def checkpoints(self) -> str:
        """Hash: number → checkpoint of the log, one every so many entries; `last` → its number."""
        return self._name("checkpoints")

    @cached_property
    def full_text(self) -> str:
        """Hash: generation of the full-text index, and the position up to which it has the log."""
        return self._name("search")

    @cached_property
    def full_text_lease(self) -> str:
        """String: the hub that adds to the full-text index now."""
        return self._name("search:lease")

    @cached_property
    def rehearsal(self) -> str:
        """Stream: a log that never lasts, to see whether the store takes anything."""
        return self._name("rehearsal")

    @cached_property
    def flashes(self) -> str:
        """Hash: flash id → its newest record."""
        return self._name("flashes")

    @cached_property
    def hands(self) -> str:
        """Hash: flash id → whose hands made its newest version, from its second one on."""
        return self._name("hands")

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
    def titles(self) -> str:
        """Hash: slug of a running story → its title."""
        return self._name("titles")

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
        return self._name(f"desk{self._database}")

    @cached_property
    def desks(self) -> str:
        """Hash: hub → when it told of the desks that are open there, and whose they are."""
        return self._name("desks")

    @cached_property
    def writing(self) -> str:
        """Hash: id of an open desk → id of the flash that is written on there."""
        return self._name("writing")

    @cached_property
    def live(self) -> str:
        """Channel: announces every entry of the log."""
        return self._name(f"live{self._database}")

    def versions(self, flash_id: str) -> str:
        """List: every record of a flash, oldest first."""
        return self._name(f"versions:{flash_id}")

    def places(self, generation: str) -> str:
        """Hash: flash id → offset of its first entry on the log, its place in the index."""
        return self._name(f"words:{generation}:places")

    def postings(self, generation: str, block: int, term: str) -> str:
        """String: lines that have a term, each a character: its place in a block of the log."""
        return self._name(f"words:{generation}:{block}:{term}")

    def coverage(self, slug: str) -> str:
        """Sorted set: ids of a running story's usable flashes by first publication in ms."""
        return self._name(f"coverage:{slug}")

    def clicks(self, hour: str) -> str:
        """Sorted set: ids of flashes by how often their link was followed in an hour."""
        return self._name(f"clicks:{hour}")

    def idempotency(self, key: str) -> str:
        """Hash: fingerprint of a request and its answer, or how many of its tries were refused."""
        return self._name(f"idempotency:{key}")

    def unchanged(self, owner: str) -> str:
        """Number: how many idempotency keys of one owner remember that nothing changed."""
        return self._name(f"unchanged:{owner}")


class EditionKeys:
    """Edition → names of its keys and channels, each of which is put together once."""

    def __init__(self, namespace: str, database: int) -> None:
        self._namespace = namespace
        self._database = database
        self._known: dict[str, Keys] = {}

    def __call__(self, edition: str) -> Keys:
        """Those of an edition."""
        known = self._known.get(edition)
        if known is None:
            known = self._known[edition] = Keys(edition, self._namespace, self._database)
        return known


class House:
    """Names of what belongs to no edition, and how to tell the keys of editions."""

    def __init__(self, namespace: str = NAMESPACE) -> None:
        self._namespace = namespace
        self._key = re.compile(rf"\{{{re.escape(namespace)}:([^}}]+)\}}:(.+)", re.DOTALL)

    def _together(self, part: str) -> str:
        """Of what a script touches along with others of these: on one slot of a Cluster."""
        return f"{{{self._namespace}}}:{part}"

    def _alone(self, part: str) -> str:
        return f"{self._namespace}:{part}"

    def pattern(self, part: str) -> str:
        """Glob of keys of all editions whose part begins so."""
        return f"{{{self._namespace}:*}}:{part}*"

    def split(self, name: str) -> tuple[str, str] | None:
        """The edition that a key belongs to, and its part; None: it is no edition's."""
        match = self._key.fullmatch(name)
        return (match[1], match[2]) if match else None

    @cached_property
    def import_lock(self) -> str:
        """String: the backup that is being put in."""
        return self._together("import")

    @cached_property
    def audit(self) -> str:
        """Stream: the audit log."""
        return self._together("audit")

    @cached_property
    def audit_head(self) -> str:
        """Hash: offset and tag of its newest entry."""
        return self._together("audit:head")

    @cached_property
    def refused_logins(self) -> str:
        """Hash: name or network → sum of its refused logins."""
        return self._together("refusals")

    @cached_property
    def refused_untold(self) -> str:
        """Hash: name → what its owner was not told yet."""
        return self._together("refusals:untold")

    @cached_property
    def repeated_entries(self) -> str:
        """Hash: action and name → how often the user has done it lately."""
        return self._together("repeated")

    @cached_property
    def device_secret(self) -> str:
        """String: what device cookies are signed with."""
        return self._together("logins:secret")

    @cached_property
    def census(self) -> str:
        """Hash: hub → when it told of its readers, and what."""
        return self._together("census")

    @cached_property
    def newsrooms(self) -> str:
        """Hash: hub → digest of the newsroom file that it runs with."""
        return self._together("newsrooms")

    @cached_property
    def widgets(self) -> str:
        """Hash: name → script that sites may have pinned."""
        return self._together("widgets")

    @cached_property
    def users(self) -> str:
        """Hash: name → user."""
        return self._alone("users")

    @cached_property
    def digests(self) -> str:
        """Hash: digest → token."""
        return self._alone("tokens:digests")

    def session(self, digest: str) -> str:
        """String: a session."""
        return self._alone(f"sessions:{digest}")

    def sessions_of(self, name: str) -> str:
        """Set: digests of a user's sessions."""
        return self._alone(f"sessions-of:{name}")

    def passkeys(self, handle: str) -> str:
        """Hash: credential id → passkey of the user with this handle."""
        return self._alone(f"passkeys:{handle}")

    def logins(self, kind: str, digest: str) -> str:
        """Number: tries to log in, of a name, an address, or both; or a challenge's only use."""
        return self._together(f"logins:{kind}:{digest}")
