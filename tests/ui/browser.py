"""The Chromium that browser tests use: found, or installed by `python -m tests.ui.browser`."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from playwright.sync_api import sync_playwright

PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@cache
def find_browser() -> str | None:
    """Find the machine's own Chromium or Chrome; None leaves the choice to Playwright."""
    for program in [*map(shutil.which, PROGRAMS), MAC_CHROME]:
        if program and Path(program).exists() and _answers(program):
            return program
    return None


def _answers(program: str) -> bool:
    # Ubuntu has a chromium-browser that only says how to install the real one.
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def _playwright_has_one() -> bool:
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def _install() -> int:
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and "ID=debian" in _os_release():
        packages = ["chromium", "fonts-dejavu-core"]
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
        if subprocess.run(command, check=False).returncode == 0:
            return 0
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run([*command, *(["--with-deps"] if is_root else [])], check=False).returncode


def _os_release() -> list[str]:
    release = Path("/etc/os-release")
    return release.read_text().splitlines() if release.exists() else []


def main() -> int:
    """Make sure that there is a browser; say what to do if there can be none."""
    if find_browser() or _playwright_has_one() or _install() == 0:
        return 0
    print(
        "The browser tests need Chromium, and it could not be installed.\n"
        "Debian: sudo apt-get install chromium. Others: install Chrome, or run\n"
        f"{sys.executable} -m playwright install chromium",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
