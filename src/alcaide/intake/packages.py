"""Which package a flaw is in, said so that an upgrade does not make it another one."""

import re
from functools import lru_cache
from urllib.parse import quote, unquote

from alcaide.intake.cves import normal_cve

VULNERABILITY, MISCONFIGURATION, SECRET = "vulnerability", "misconfiguration", "secret"

# What the tools call a kind of package, as a package URL calls it. A system's own packages name the system.
_TYPES = {
    "alpine": "apk/alpine", "wolfi": "apk/wolfi", "chainguard": "apk/chainguard", "apk": "apk",
    "debian": "deb/debian", "ubuntu": "deb/ubuntu", "deb": "deb",
    "redhat": "rpm/redhat", "centos": "rpm/centos", "rocky": "rpm/rocky", "alma": "rpm/alma", "fedora": "rpm/fedora",
    "amazon": "rpm/amazon", "oracle": "rpm/oracle", "photon": "rpm/photon", "suse": "rpm/suse", "rpm": "rpm",
    "npm": "npm", "yarn": "npm", "pnpm": "npm", "node-pkg": "npm", "bun": "npm",
    "pip": "pypi", "pipenv": "pypi", "poetry": "pypi", "python-pkg": "pypi", "python": "pypi", "uv": "pypi",
    "jar": "maven", "pom": "maven", "gradle": "maven", "sbt": "maven", "java-archive": "maven",
    "gomod": "golang", "gobinary": "golang", "go-module": "golang",
    "cargo": "cargo", "rustbinary": "cargo", "rust-binary": "cargo", "rust-crate": "cargo",
    "composer": "composer", "composer-vendor": "composer", "php-composer": "composer",
    "bundler": "gem", "gemspec": "gem", "gem": "gem",
    "nuget": "nuget", "dotnet-core": "nuget", "dotnet": "nuget", "packages-props": "nuget",
}  # fmt: skip
_SYSTEM = ("pkg:apk/", "pkg:deb/", "pkg:rpm/", "pkg:alpm/")
# Qualifiers that make it another thing, by package type; the others (arch, distro, epoch, …) vary by build.
_KEPT_QUALIFIERS = {"maven": ("classifier", "type"), "oci": ("repository_url",), "docker": ("repository_url",)}
_FOLDED = frozenset({"pypi", "github", "bitbucket", "deb", "apk", "rpm", "npm", "composer"})
_PARTS = re.compile(r"(\d+)")
_MOST_VERSIONS = 100


@lru_cache(maxsize=2_048)
def versionless(purl: str) -> str:
    """A package URL without version and without what varies by build; "" where the text is none.

    >>> versionless("pkg:deb/debian/apt@1.8.2.1?arch=amd64&distro=debian-10")
    'pkg:deb/debian/apt'
    >>> versionless("pkg:npm/%40almena/gate@2.0.0")
    'pkg:npm/@almena/gate'
    """
    if purl[:4].lower() != "pkg:":
        return ""
    rest, _, subpath = purl[4:2048].partition("#")
    rest, _, qualifiers = rest.partition("?")
    kind, _, name = rest.strip("/").partition("/")
    head, slash, last = name.rpartition("/")
    kind = kind.lower()
    # A scope may begin with a plain "@"; the version's "@" never comes first.
    cut = last.rfind("@")
    name = head + slash + (last[:cut] if cut > 0 else last)
    if "%" in name:
        name = unquote(name)
    if kind in _FOLDED:
        name = name.lower().replace("_", "-") if kind == "pypi" else name.lower()
    if not kind or not name:
        return ""
    said = _said(kind, qualifiers) if qualifiers and kind in _KEPT_QUALIFIERS else ""
    return f"pkg:{kind}/{name}{said}" + (f"#{unquote(subpath).strip('/')}" if subpath else "")


def _said(kind: str, qualifiers: str) -> str:
    pairs = (pair.partition("=") for pair in qualifiers.split("&"))
    kept = sorted((k, unquote(v)) for k, _, v in pairs if k in _KEPT_QUALIFIERS[kind] and (k, v) != ("type", "jar"))
    return "?" + "&".join(f"{key}={value}" for key, value in kept) if kept else ""


@lru_cache(maxsize=2_048)
def named_package(kind: str, name: str) -> str:
    """The same for a package that is only named, with what its tool calls its kind.

    >>> named_package("jar", "org.apache.logging.log4j:log4j-core")
    'pkg:maven/org.apache.logging.log4j/log4j-core'
    """
    said = _TYPES.get(kind.lower(), re.sub(r"[^a-z0-9.+-]", "-", kind.lower()) or "generic")
    return versionless(f"pkg:{said}/{quote(name.replace(':', '/') if said == 'maven' else name, safe='@/')}")


@lru_cache(maxsize=2_048)
def place_of(purl: str, path: str, version: str) -> str:
    """The identity of a place below the target: the package, and where it is installed unless the system keeps it.

    The package's own version is taken out of the path: `lib/log4j-core-2.13.2.jar` is `lib/log4j-core-*.jar`.
    """
    if not path or purl.startswith(_SYSTEM):
        return purl
    path = path.replace("\\", "/").strip().lstrip("/").removeprefix("./")
    if not path:
        return purl
    if len(version) > 1 and version in path:
        path = re.sub(rf"(?<![\w.]){re.escape(version)}(?![\w])", "*", path)
    return f"{purl} {path}"[:1024]


class Coexisting:
    """Tells apart the versions of one package that one report finds at one place.

    The lowest version keeps the plain place, the next gets `~2`, and so on. So the upgrade of a package that stands
    alone changes nothing, and of two versions that stand side by side each stays itself while both are there.
    """

    def __init__(self) -> None:
        # A report may have very many: of each a number of 64 bits is kept, and a version's text once.
        self._single: dict[int, str] = {}
        self._versions: dict[str, str] = {}
        self._several: dict[tuple[str, str], list[str]] = {}

    def note(self, check: str, place: str, version: str) -> None:
        known = self._single.setdefault(hash((check, place)), self._versions.setdefault(version, version))
        if known != version:
            versions = self._several.setdefault((check, place), [known])
            if version not in versions and len(versions) < _MOST_VERSIONS:
                versions.append(version)
                versions.sort(key=_order)

    def place(self, check: str, place: str, version: str) -> str:
        versions = self._several.get((check, place)) if self._several else None
        rank = versions.index(version) if versions and version in versions else 0
        return f"{place} ~{rank + 1}" if rank else place


def _order(version: str) -> tuple[list[tuple[int, int, str]], str]:
    parts = [part for part in _PARTS.split(version) if part]
    return [(1, int(part), "") if part.isdecimal() and part.isascii() else (0, 0, part) for part in parts], version


@lru_cache(maxsize=2_048)
def canonical(identifier: str, aliases: tuple[str, ...]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The name a flaw goes by, its CVEs, and its other names.

    That is the CVE where the report knows exactly one; a flaw that stands for several keeps its own identifier.
    """
    own = normal_cve(identifier)
    if own == identifier and not aliases:
        return own, (own,) if own else (), ()
    cves = tuple(dict.fromkeys(cve for cve in (own, *map(normal_cve, sorted(aliases))) if cve))
    check = own or (cves[0] if len(cves) == 1 else identifier.strip())
    others = dict.fromkeys(name for name in (identifier.strip(), *cves, *sorted(aliases)) if name and name != check)
    return check[:200], (own,) if own else cves, tuple(others)[:64]
