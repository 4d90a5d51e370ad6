from __future__ import annotations

from io import StringIO

from ticker.commands.progress import Progress


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_long_work_says_how_far_it_is() -> None:
    """On a terminal there is a rate and the time left, which leaves nothing behind; elsewhere nothing."""
    terminal, pipe, now = _Terminal(), StringIO(), [0.0]
    for stream in (terminal, pipe):
        now[0] = 0.0
        with Progress("imported", "entries", stream, lambda: now[0]) as progress:
            now[0] = 10.0
            progress.at(20_000, 100_000)
            progress.at(20_001, 100_000)
    assert "imported 20,000 of 100,000 entries · 2,000/s · 40 s left" in terminal.getvalue()
    assert "20,001" not in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert pipe.getvalue() == ""
