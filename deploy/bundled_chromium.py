"""Unpacks the Chromium that comes as an npm package; knows nothing of who drives it.

The package's own code is made for another kind of machine and unpacks into a shared temporary
folder, so only its compressed files are used: node opens them (Python's standard library has no
brotli), Python sorts them.
"""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

PACKAGE = Path("node_modules/@sparticuz/chromium/bin")
ARCHIVES = (
    "al2023",
    "fonts",
)  # shared libraries that a small Linux lacks (nss, nspr, expat); Open Sans
BROTLI = """
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
const [packed, plain] = process.argv.slice(1);
await pipeline(createReadStream(packed), createBrotliDecompress(), createWriteStream(plain));
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def unpack(packages: Path, target: Path, node: Path) -> None:
    """Make target/{chromium,lib,fonts,fonts.conf} from an npm folder; whole or not at all.

    Raises CalledProcessError when node cannot open an archive, OSError when nothing can be written.
    """
    beside = target.with_name(target.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    _decompress(node, packages / PACKAGE / "chromium.br", beside / "chromium")
    (beside / "chromium").chmod(0o755)
    for name in ARCHIVES:
        archive = beside / f"{name}.tar"
        _decompress(node, packages / PACKAGE / f"{name}.tar.br", archive)
        _extract(archive, beside)
        archive.unlink()
    (beside / "fonts.conf").write_text(FONTS)
    shutil.rmtree(target, ignore_errors=True)
    beside.rename(target)


def _decompress(node: Path, packed: Path, plain: Path) -> None:
    words = [str(node), "--input-type=module", "--eval", BROTLI, str(packed), str(plain)]
    subprocess.run(words, check=True)


def _extract(archive: Path, folder: Path) -> None:
    """Write the archive's plain files; its owners, links and modes are not wanted."""
    with tarfile.open(archive) as members:
        for member in members:
            content = members.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            path = folder / Path(member.name)
            if ".." in path.parts or Path(member.name).is_absolute():
                raise tarfile.TarError(
                    f"{archive.name} wants to write outside its folder: {member.name}"
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())
            path.chmod(0o755)


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
