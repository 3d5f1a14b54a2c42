"""How long the bench's pages take, on this machine, in one run.

    python benchmarks/pages.py [--repeats 9] [--quick]

A server runs in a process of its own on a workspace of 311 questions and 14 models, then on one
of 2,000 and 30. Each page is asked for by turns with the smallest page of the same server, so
that whatever else the machine does meets both; printed are medians, and the ratio. "Interactive"
is the time from the click until Chromium has laid the page out, run its scripts and can take a
key, in a fresh browser context without a cache; it is left out where there is no Chromium.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from synthetic import BANK, fill

SIZES = ((311, 14, 0.3, 1.5), (2_000, 30, 1.0, 3.0))
"""Questions, models, and what the server and the browser may take, in seconds."""

BARE = "/zh/enter"
PAGES = {
    "Home": f"/zh/?bank={BANK}",
    "Compare": f"/zh/compare?bank={BANK}",
    "Compare, filtered": f"/zh/compare?bank={BANK}&is=model-00:right&is=model-01:wrong&q=题",
}
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextlib.contextmanager
def served(workspace: Path) -> Iterator[str]:
    """The bench in a process of its own, warmed up as a server that runs since the morning is."""
    command = [sys.executable, "-m", "mingan", "--lang", "en", "serve", "--no-open",
               "--workspace", str(workspace)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().split(": ", 1)[1].strip()
            yield address.removesuffix("/en/")
        finally:
            process.terminate()


def asked(url: str) -> float:
    """Seconds until the whole page is here."""
    started = time.perf_counter()
    with urllib.request.urlopen(url, timeout=120) as reply:
        reply.read()
    return time.perf_counter() - started


def at_the_server(base: str, path: str, repeats: int) -> tuple[float, float, float]:
    """First look, median of later ones, and their ratio to the smallest page."""
    from urllib.parse import quote

    url = base + quote(path, safe="/?=&:")
    first = asked(url)
    pages, bare = [], []
    for _ in range(repeats):
        bare.append(asked(base + BARE))
        pages.append(asked(url))
    return first, statistics.median(pages), statistics.median(pages) / statistics.median(bare)


def in_the_browser(base: str, repeats: int) -> dict[str, float]:
    """Median seconds until each page can take a key; empty where there is no browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return {}
    if not CHROMIUM.exists():
        return {}
    times: dict[str, list[float]] = {name: [] for name in PAGES}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for _ in range(repeats):
            for name, path in PAGES.items():
                context = browser.new_context()
                page = context.new_page()
                started = time.perf_counter()
                page.goto(base + path, wait_until="load")
                page.keyboard.press("Tab")
                page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
                times[name].append(time.perf_counter() - started)
                context.close()
        browser.close()
    return {name: statistics.median(found) for name, found in times.items()}


def main() -> int:
    """Print the table; exit status 1 where a page takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="the small workspace only")
    given = parser.parse_args()
    print("| Workspace | Page | First look | Server | × smallest page | Interactive | May take |")
    print("|---|---|---|---|---|---|---|")
    slow = 0
    for questions, models, server_s, browser_s in SIZES[: 1 if given.quick else 2]:
        with tempfile.TemporaryDirectory(prefix="mingan-pages-") as folder:
            workspace = Path(folder) / "w.db"
            fill(workspace, questions=questions, models=models)
            with served(workspace) as base:
                found = {n: at_the_server(base, p, given.repeats) for n, p in PAGES.items()}
                seen = in_the_browser(base, max(3, given.repeats // 3))
        for name, (first, later, ratio) in found.items():
            interactive = seen.get(name)
            slow += later > server_s or (interactive or 0) > browser_s
            shown = f"{interactive:.2f} s" if interactive is not None else "no browser"
            print(
                f"| {questions:,} × {models} | {name} | {first:.2f} s | {later * 1000:.0f} ms | "
                f"{ratio:.1f} | {shown} | {server_s * 1000:.0f} ms, {browser_s:g} s |"
            )
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
