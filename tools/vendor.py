"""Fetches the built third-party files the pages stand on, at pinned versions, and writes their manifests.

    python tools/vendor.py                        fetch everything again and rewrite both manifests
    python tools/vendor.py --check                compare every file with its manifest, fetch nothing
    python tools/vendor.py --icon gavel --icon x  take these outline icons in as well
    python tools/vendor.py --unused               list the vendored icons that no template or module names

Packages come with `npm pack`, the complete Inter files with `apt-get download`; each client knows its own registry.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "src/alcaide/static/vendor"
BROWSER = ROOT / "tests/browser/vendor"
ICONS = PAGES / "tabler-icons"
MAP_LINE = re.compile(rb"\n?(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*$")
STRIPPED = "sourceMappingURL comment removed"

MIT = """The MIT License

{holders}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Package:
    """One third-party package: where it comes from and which of its files land where under its root."""

    name: str
    version: str
    licence: str
    root: Path
    files: dict[str, str]
    source: str = "npm"
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shipped:
    """One file as it stands in the project, with what was changed in it, if anything."""

    path: str
    content: bytes
    change: str = ""


PACKAGES = (
    Package(
        "@tabler/core",
        "1.6.1",
        "MIT",
        PAGES,
        {"dist/css/tabler.min.css": "tabler/tabler.min.css", "dist/js/tabler.min.js": "tabler/tabler.min.js"},
        texts={
            "tabler/LICENSE": MIT.format(holders="Copyright (c) 2018-2026 The Tabler Authors, codecalm.net Paweł Kuna")
        },
    ),
    Package("@tabler/icons", "3.51.0", "MIT", PAGES, {"LICENSE": "tabler-icons/LICENSE"}),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "OFL-1.1",
        PAGES,
        {
            "files/inter-latin-wght-normal.woff2": "inter/inter-latin-wght-normal.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "inter/inter-latin-ext-wght-normal.woff2",
            "LICENSE": "inter/LICENSE",
        },
    ),
    Package(
        "fonts-inter",
        "4.0~beta7+ds-1",
        "OFL-1.1",
        PAGES,
        {
            **{
                f"usr/share/fonts/opentype/inter/Inter-{cut}.otf": f"inter-otf/Inter-{cut}.otf"
                for cut in ("Regular", "Italic", "SemiBold", "Bold")
            },
            "usr/share/doc/fonts-inter/copyright": "inter-otf/LICENSE",
        },
        source="debian",
    ),
    Package(
        "cytoscape",
        "3.34.4",
        "MIT",
        PAGES,
        {"dist/cytoscape.min.js": "cytoscape/cytoscape.min.js", "LICENSE": "cytoscape/LICENSE"},
    ),
    Package("axe-core", "4.14.1", "MPL-2.0", BROWSER, {"axe.min.js": "axe.min.js", "LICENSE": "LICENSE"}),
)


class VendorMismatch(Exception):
    """A file or package differs from what the manifest promises."""


def main(arguments: list[str] | None = None) -> int:
    """Do what the options ask; return the exit code."""
    options = _options(arguments)
    if options.unused:
        print("\n".join(sorted(vendored_icons() - named_icons())))
        return 0
    if options.check:
        faults = [fault for root in (PAGES, BROWSER) for fault in faults_of(root)]
        print("\n".join(faults) or "every vendored file is as its manifest says")
        return 1 if faults else 0
    icons = vendored_icons() | set(options.icon)
    for root in (PAGES, BROWSER):
        _fetch_all(root, icons=icons, accept_new=options.accept_new)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare files with the manifests, fetch nothing")
    parser.add_argument("--unused", action="store_true", help="list icons that nothing names")
    parser.add_argument("--icon", action="append", default=[], help="take in one more outline icon")
    parser.add_argument("--accept-new", action="store_true", help="accept a package whose integrity is new or changed")
    return parser.parse_args(arguments)


def vendored_icons() -> set[str]:
    """Names of the icons that stand in the project."""
    return {path.stem for path in ICONS.glob("*.svg")}


def named_icons() -> set[str]:
    """Names in quotes in any template or module; wide on purpose, so that nothing in use is called unused."""
    quoted = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
    places = [path for kind in ("*.html", "*.py") for path in (ROOT / "src").rglob(kind)]
    return {name for path in places for name in quoted.findall(path.read_text(encoding="utf-8"))}


def faults_of(root: Path) -> list[str]:
    """What differs between the folder and its MANIFEST.toml, one sentence a fault."""
    manifest = root / "MANIFEST.toml"
    listed = {
        entry["path"]: entry["sha256"]
        for package in tomllib.loads(manifest.read_text(encoding="utf-8"))["package"]
        for entry in package["file"]
    }
    present = {
        path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file() and path != manifest
    }
    faults = [
        f"{name}: stands in the folder but not in the manifest" for name in sorted(present.keys() - listed.keys())
    ]
    faults += [
        f"{name}: stands in the manifest but not in the folder" for name in sorted(listed.keys() - present.keys())
    ]
    return faults + [
        f"{name}: differs from its sha256"
        for name in sorted(listed.keys() & present.keys())
        if hashlib.sha256(present[name].read_bytes()).hexdigest() != listed[name]
    ]


def _fetch_all(root: Path, *, icons: set[str], accept_new: bool) -> None:
    known = _known_integrity(root)
    entries = []
    for package in (package for package in PACKAGES if package.root == root):
        with tempfile.TemporaryDirectory() as scratch:
            folder, integrity = _fetch(package, Path(scratch))
            if not accept_new and known.get((package.name, package.version)) != integrity:
                raise VendorMismatch(
                    f"{package.name} {package.version} is not the one taken before: look, then --accept-new"
                )
            shipped = list(_shipped(package, folder, icons=icons))
        for file in shipped:
            target = root / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
        entries.append(_entry(package, integrity, shipped=shipped))
    (root / "MANIFEST.toml").write_text(
        "# Written by tools/vendor.py; hashes are of the files as shipped.\n\n" + "\n".join(entries), encoding="utf-8"
    )


def _known_integrity(root: Path) -> dict[tuple[str, str], str]:
    manifest = root / "MANIFEST.toml"
    if not manifest.exists():
        return {}
    packages = tomllib.loads(manifest.read_text(encoding="utf-8"))["package"]
    return {(package["name"], package["version"]): package["integrity"] for package in packages}


def _fetch(package: Package, scratch: Path) -> tuple[Path, str]:
    """Unpack the package into the scratch folder; return where, and its integrity word."""
    if package.source == "debian":
        subprocess.run(["apt-get", "download", f"{package.name}={package.version}"], cwd=scratch, check=True)
        archive = next(scratch.glob("*.deb"))
        subprocess.run(["dpkg-deb", "-x", archive, scratch / "tree"], check=True)
        return scratch / "tree", "sha256-" + hashlib.sha256(archive.read_bytes()).hexdigest()
    told = subprocess.run(
        ["npm", "pack", f"{package.name}@{package.version}", "--json"], cwd=scratch, check=True, capture_output=True
    )
    answer = json.loads(told.stdout)
    packed = next(iter(answer.values() if isinstance(answer, dict) else answer))
    with tarfile.open(scratch / packed["filename"]) as archive_file:
        archive_file.extractall(scratch, filter="data")
    return scratch / "package", packed["integrity"]


def _shipped(package: Package, folder: Path, *, icons: set[str]) -> Iterator[Shipped]:
    wanted = dict(package.files)
    if package.name == "@tabler/icons":
        wanted |= {f"icons/outline/{icon}.svg": f"tabler-icons/{icon}.svg" for icon in sorted(icons)}
    for source, target in wanted.items():
        content = (folder / source).read_bytes()
        short = MAP_LINE.sub(b"\n", content) if source.endswith((".css", ".js")) else content
        yield Shipped(target, short, STRIPPED if short != content else "")
    for target, text in package.texts.items():
        yield Shipped(target, text.encode(), "written from the licence the package names")


def _entry(package: Package, integrity: str, *, shipped: list[Shipped]) -> str:
    head = {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "source": package.source,
        "integrity": integrity,
    }
    lines = ["[[package]]", *(f"{key} = {json.dumps(value)}" for key, value in head.items())]
    for file in sorted(shipped, key=lambda file: file.path):
        lines += [
            "[[package.file]]",
            f"path = {json.dumps(file.path)}",
            f'sha256 = "{hashlib.sha256(file.content).hexdigest()}"',
        ]
        lines += [f"change = {json.dumps(file.change)}"] if file.change else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
