"""Third-party files stand as their manifests say, and no page asks another host for anything."""

import importlib.util
import re
import shutil
import tomllib
from pathlib import Path

import django_htmx
import pytest

PROJECT = Path(__file__).resolve().parents[4]
PACKAGE = PROJECT / "src/alcaide"
FOREIGN = re.compile(
    r"""url\(\s*["']?(?:https?:)?//|@import|(?:src|srcset|action)\s*=\s*["'](?:https?:)?//|<link[^>]*//|//cdn"""
)


def _tool():
    spec = importlib.util.spec_from_file_location("vendor", PROJECT / "tools/vendor.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


vendor = _tool()
ROOTS = {"pages": vendor.PAGES, "browser": vendor.BROWSER}


@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
def test_every_file_is_as_its_manifest_says(root):
    assert vendor.faults_of(root) == []


def test_a_changed_a_lost_and_a_new_file_are_each_told(tmp_path):
    copy = tmp_path / "vendor"
    shutil.copytree(vendor.BROWSER, copy)
    (copy / "axe.min.js").write_text("alert(1)")
    (copy / "LICENSE").unlink()
    (copy / "extra.js").write_text("")
    assert vendor.faults_of(copy) == [
        "extra.js: stands in the folder but not in the manifest",
        "LICENSE: stands in the manifest but not in the folder",
        "axe.min.js: differs from its sha256",
    ]


@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
def test_every_package_is_pinned_and_brings_its_licence(root):
    for package in tomllib.loads((root / "MANIFEST.toml").read_text(encoding="utf-8"))["package"]:
        assert re.fullmatch(r"sha(512|256)-.+", package["integrity"]), package["name"]
        assert any(file["path"].endswith("LICENSE") for file in package["file"]), package["name"]


def test_the_pins_and_the_manifests_name_the_same_versions():
    pinned = {(package.name, package.version) for package in vendor.PACKAGES}
    manifests = [tomllib.loads((root / "MANIFEST.toml").read_text(encoding="utf-8")) for root in ROOTS.values()]
    assert {
        (package["name"], package["version"]) for manifest in manifests for package in manifest["package"]
    } == pinned


def test_no_shipped_file_asks_the_browser_for_a_missing_map():
    shipped = [path for root in ROOTS.values() for kind in ("*.css", "*.js") for path in root.rglob(kind)]
    assert shipped
    assert [path.name for path in shipped if b"sourceMappingURL" in path.read_bytes()] == []


def test_no_page_style_or_script_asks_another_host():
    kinds = ("*.html", "*.css", "alcaide.js")
    places = [path for kind in kinds for path in PACKAGE.rglob(kind)]
    assert [path.name for path in places if FOREIGN.search(path.read_text(encoding="utf-8"))] == []


def test_htmx_is_the_version_the_pages_are_written_for():
    script = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
    assert 'version:"2.0.10"' in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("cut", ["Regular", "Italic", "SemiBold", "Bold"])
def test_the_fonts_of_documents_are_complete_files(cut):
    font = (vendor.PAGES / f"inter-otf/Inter-{cut}.otf").read_bytes()
    assert font.startswith(b"OTTO")
    assert len(font) > 200_000
