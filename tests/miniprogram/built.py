"""The built mini-program as it ships: copied beside the console with a manifest that says from which sources it was built.

`python -m tests.miniprogram.built` takes over a fresh build; `--compare` says whether a fresh build is the shipped one, byte for byte.
"""

import gzip
import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "miniprogram"
BUILD = SOURCES / "dist" / "build" / "h5"
SHIPPED = ROOT / "vetgrid" / "web" / "h5" / "m"
MANIFEST = SHIPPED.parent / "manifest.json"
FOLDERS = ("src", "build")
FILES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
PACKED = (".js", ".css", ".html")


def sources() -> list[Path]:
    """Every file that decides what the build is."""
    found = [path for folder in FOLDERS for path in (SOURCES / folder).rglob("*") if path.is_file()]
    return sorted([*found, *(SOURCES / name for name in FILES)])


def digest_of_sources() -> str:
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(SOURCES).as_posix()}\0".encode())
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def digests_of_files(folder: Path) -> dict[str, str]:
    """What was built; the packed copies beside it are made here and left out."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".gz"
    }


def take_over() -> None:
    """Puts the fresh build where it ships."""
    shutil.rmtree(SHIPPED, ignore_errors=True)
    shutil.copytree(BUILD, SHIPPED)
    for path in sorted(SHIPPED.rglob("*")):
        if path.suffix in PACKED and path.stat().st_size > 1000:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    manifest = {"sources": digest_of_sources(), "files": digests_of_files(SHIPPED)}
    MANIFEST.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def compare() -> None:
    """Ends with an error when the shipped build is not what the sources give."""
    fresh, shipped = digests_of_files(BUILD), digests_of_files(SHIPPED)
    if fresh != shipped:
        other = sorted(name for name in fresh.keys() | shipped.keys() if fresh.get(name) != shipped.get(name))
        sys.exit(f"The shipped build is not the one of these sources; run `make miniprogram`. Different: {other}")
    print(f"{len(shipped)} files, the same as shipped")


if __name__ == "__main__":
    compare() if "--compare" in sys.argv else take_over()
