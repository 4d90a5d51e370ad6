"""Whether a dependency that is installed here has a known vulnerability: `python -m tests.audit`.

A vulnerability fails. A service of advisories that can't be reached, or doesn't know our packages
as an index of one's own may not, is said in one line and fails nothing: lint also runs offline.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMAND = ("-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--timeout", "3")
_UNREACHED = ("Could not connect", "ConnectionError", "Max retries", "timed out", "Timeout")


def judge(code: int, out: str, err: str) -> tuple[int, list[str]]:
    """Exit code and lines for what pip-audit said."""
    try:
        found: list[dict[str, Any]] = json.loads(out)["dependencies"]
    except (ValueError, KeyError):
        if any(sign in err for sign in _UNREACHED):
            return 0, ["audit: the advisory service can't be reached; nothing was checked"]
        return code or 2, [f"audit: pip-audit failed:\n{err}"]
    checked = [item for item in found if "vulns" in item]
    bad = [
        f"audit: {item['name']} {item['version']}: {vulnerability['id']}"
        f" (fixed in {', '.join(vulnerability['fix_versions']) or 'no version'})"
        for item in checked
        for vulnerability in item["vulns"]
    ]
    if bad:
        return 1, bad
    if not checked:
        return 0, ["audit: the advisory service knows none of our packages; nothing was checked"]
    return 0, [f"audit: no known vulnerability in {len(checked)} packages"]


def main(options: Sequence[str] = ()) -> int:
    """Audit this environment; further options go to pip-audit."""
    done = subprocess.run(
        [sys.executable, *_COMMAND, *options], capture_output=True, text=True, check=False
    )
    code, lines = judge(done.returncode, done.stdout, done.stderr)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
