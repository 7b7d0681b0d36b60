"""The browser before anything of ours is in it: it starts, draws letters, leaves nothing."""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest
from playwright.async_api import Page

from tests.support import chromium
from tests.support.chromium import bundled_chromium, find_chromium, running_chromium
from tests.support.patience import WAIT_S

SENTENCE = "Where is my order?"
LOCAL_PAGE = f"""<!doctype html><meta charset="utf-8"><title>A shop</title>
<style>body {{ margin: 0; background: white; color: black; font: 48px sans-serif }}</style>
<p id="said"></p><script>document.getElementById("said").textContent = {SENTENCE!r}</script>"""


class TestFinding:
    def test_a_named_chromium_comes_before_every_other(self, tmp_path: Path) -> None:
        named = tmp_path / "my-chromium"
        named.touch()
        assert find_chromium({"CHROMIUM_PATH": str(named)}).executable == named

    def test_the_machines_own_is_ignored_when_only_the_bundled_may_be_used(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chromium, "SYSTEM", Path(sys.executable))
        monkeypatch.setattr(chromium, "BUNDLED", Path(sys.prefix))
        assert find_chromium({}).executable == Path(sys.executable)
        with pytest.raises(LookupError, match="make e2e"):
            find_chromium({"FIRSTREPLY_BUNDLED_ONLY": "1"})

    def test_a_missing_chromium_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(LookupError, match="make e2e"):
            find_chromium({"CHROMIUM_PATH": str(tmp_path / "nowhere")})

    def test_the_bundled_one_brings_its_libraries_and_fonts(self, tmp_path: Path) -> None:
        brought = bundled_chromium(tmp_path).environment
        assert brought["LD_LIBRARY_PATH"] == str(tmp_path / "lib")
        assert brought["FONTCONFIG_FILE"] == str(tmp_path / "fonts.conf")


class TestDriving:
    async def test_a_page_runs_its_script_and_shows_letters(
        self, page: Page, tmp_path: Path
    ) -> None:
        path = tmp_path / "page.html"
        path.write_text(LOCAL_PAGE)
        await page.goto(path.as_uri())
        assert await page.inner_text("#said") == SENTENCE
        drawn = await page.locator("#said").screenshot()
        assert _shades(drawn) > 2, (
            "letters have soft edges: black and white alone is a row of boxes"
        )
        assert await page.evaluate(_GLYPHS_DIFFER), "each letter is drawn as the same box: no font"

    async def test_two_people_share_nothing(
        self, new_page: Callable[[], Awaitable[Page]], tmp_path: Path
    ) -> None:
        path = tmp_path / "page.html"
        path.write_text(LOCAL_PAGE)
        customer, agent = await new_page(), await new_page()
        for person in (customer, agent):
            await person.goto(path.as_uri())
        await customer.evaluate("localStorage.setItem('who', 'customer')")
        assert await agent.evaluate("localStorage.getItem('who')") is None

    async def test_a_closed_browser_leaves_no_process(self, tmp_path: Path) -> None:
        before = set(psutil.Process().children(recursive=True))
        async with running_chromium(find_chromium(), tmp_path):
            started = set(psutil.Process().children(recursive=True)) - before
            assert any("chrom" in process.name() for process in started)
        _, alive = psutil.wait_procs(started, timeout=WAIT_S)  # a closed pipe ends them
        assert [process.name() for process in alive] == []


_GLYPHS_DIFFER = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 60, height: 60 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const drawn = (letter) => {
    pen.clearRect(0, 0, 60, 60);
    pen.font = "40px sans-serif";
    pen.fillText(letter, 5, 45);
    return pen.getImageData(0, 0, 60, 60).data.join();
  };
  return new Set([..."Waeg"].map(drawn)).size === 4;
}"""


def _shades(png: bytes) -> int:
    """How many different byte values an 8-bit PNG's unpacked rows hold."""
    data, at = b"", 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += 12 + size
    return len(set(zlib.decompress(data)))
