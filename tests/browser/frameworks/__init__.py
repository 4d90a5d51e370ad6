"""Frameworks from npm, each bundled with what a page of it does with the banner."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
_MANIFEST: Final = ("package.json", "package-lock.json", ".npmrc")
_FLAGS: Final = ("OPTIONS_API", "PROD_DEVTOOLS", "PROD_HYDRATION_MISMATCH_DETAILS")
_BUNDLE: Final = (
    *("--bundle", "--format=esm", '--define:process.env.NODE_ENV="development"'),
    *(f"--define:__VUE_{flag}__=false" for flag in _FLAGS),
)
# Two versions of one framework lie beside each other.
_OTHERS: Final = {"react18": ("--alias:react=react18", "--alias:react-dom=react-dom18")}


def installed() -> Path | None:
    """Where they are installed, once for each Python environment; None where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    manifest = [(name, (HERE / name).read_bytes()) for name in _MANIFEST]
    digest = sha256(b"".join(text for _, text in manifest)).hexdigest()[:12]
    folder = Path(sys.prefix) / f"frameworks-{digest}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            for name, text in manifest:
                (folder / name).write_bytes(text)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            (folder / "installed").touch()
    return folder


def bundled(name: str, folder: Path) -> str:
    """A framework and its page's script, as HTML."""
    entry = HERE / f"{name.rstrip('0123456789')}.js"
    bundler = folder / "node_modules" / ".bin" / "esbuild"
    command = [str(bundler), *_BUNDLE, *_OTHERS.get(name, ()), "--loader=js"]
    made = subprocess.run(
        command, input=entry.read_bytes(), cwd=folder, check=True, capture_output=True
    )
    script = made.stdout.decode().replace("</script", r"<\/script")
    return f'<script type="module">{script}</script>'
