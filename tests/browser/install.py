"""Finds a Chromium for the browser tests, or installs one; run by `make test`.

Playwright's own build if it can be fetched, else the distribution's package (Debian, as root).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find(own: str) -> str | None:
    """Path of a Chromium on this machine: Playwright's own, else the distribution's."""
    if Path(own).exists():
        return own
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Make sure that there is a Chromium."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if find(own):
        return 0
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if find(own) is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(
            [
                "apt-get",
                "install",
                "-qq",
                "-y",
                "--no-install-recommends",
                "chromium",
                "fonts-noto-core",
            ],
            check=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    if find(own) is None:
        print("No Chromium: install one, or run `playwright install chromium`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
