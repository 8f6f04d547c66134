"""axe-core, which finds what people with other eyes and other hands would stumble over; fetched once, and checked."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.servers import missing

PACKAGE = "axe-core@4.14.1"  # MPL-2.0
SHA512 = "1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5"
KEPT = Path(__file__).parents[1] / ".cache" / "axe-core-4.14.1.js"
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ["violations"] })).violations.flatMap(
    ({ id, help, nodes }) => nodes.map(({ target, any }) => `${id}: ${help}: ${target} ${any[0]?.message ?? ""}`))"""


def script() -> str:
    """The program; leaves the test out where it cannot be had."""
    if not KEPT.exists():
        _fetch()
    return KEPT.read_text()


def findings(page: Page) -> list[str]:
    """Everything that axe finds on the page as it stands; `script()` must have run on it."""
    found: list[str] = page.evaluate(RUN, ALL)
    return found


def _fetch() -> None:
    npm = shutil.which("npm") or missing("npm, which brings axe-core,", "sudo apt-get install -y npm")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", PACKAGE, "--silent"], cwd=folder, check=False, capture_output=True, timeout=90)
        packed = next(Path(folder).glob("*.tgz"), None)
        if packed is None:
            missing(PACKAGE, "reach npm's registry")
        assert hashlib.sha512(packed.read_bytes()).hexdigest() == SHA512, "this is not the axe-core that was reviewed"
        with tarfile.open(packed) as archive:
            member = archive.extractfile("package/axe.min.js")
            assert member
            KEPT.parent.mkdir(exist_ok=True)
            half = KEPT.with_suffix(f".{Path(folder).name}")
            half.write_bytes(member.read())
            half.rename(KEPT)
