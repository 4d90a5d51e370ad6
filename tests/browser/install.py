"""Finds a Chromium for the browser tests, or installs one; run by `make test`.

A headless shell, which is all of Chromium but its windows, does the same for a sixth of the work:
the distribution's package (Debian, as root), else Playwright's own build.
Where there is none, a whole browser will do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKAGES = ("chromium-headless-shell", "chromium")


def find(own: str) -> str | None:
    """Path of a Chromium on this machine; `own` is where Playwright would put its whole one."""
    if shell := _find_shell(own):
        return shell
    return own if Path(own).exists() else _on_path(BROWSERS)


def _find_shell(own: str) -> str | None:
    home = Path(own).parents[1]
    shells = home.with_name(home.name.replace("chromium", "chromium_headless_shell"))
    return next(map(str, shells.glob("*/*headless*shell")), None) or _on_path(SHELLS)


def _on_path(names: tuple[str, ...]) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)


def main() -> int:
    """Make sure that there is a Chromium."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if _find_shell(own):
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        _install_package(own)
    if find(own) is None:
        fetch = ("playwright", "install", "--only-shell", "chromium")
        subprocess.run([sys.executable, "-m", *fetch], check=False)
    if find(own) is None:
        print("No Chromium: install one, or run `playwright install chromium`", file=sys.stderr)
        return 1
    return 0


def _install_package(own: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ("apt-get", "install", "-qq", "-y", "--no-install-recommends", "fonts-noto-core")
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    for package in _PACKAGES:
        if subprocess.run([*install, package], check=False, env=quiet).returncode == 0:
            return
        if find(own):
            return


if __name__ == "__main__":
    sys.exit(main())
