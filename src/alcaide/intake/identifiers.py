"""Names and numbers of hosts and other targets in one normal form; what cannot tell two apart is left out."""

import ipaddress
import re

from alcaide.intake.records import Identifier, IdentifierKind

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_TOKEN = re.compile(r"[\w.:/@+=-]{2,512}")
_IMAGE_NAME = re.compile(r"[a-z0-9][a-z0-9._:/-]{1,400}")
_GIT_OVER_SSH = re.compile(r"[\w.-]+@([\w.-]+):(?!//)(.+)")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")
_NETBIOS = re.compile(r"[^\s\\/:*?\"<>|]{1,15}")

_UNSET_SERIALS = frozenset({"none", "default", "invalid", "n/a", "0123456789", "123456789", "system", "chassis"})
_EVERYBODY = frozenset({"localhost", "localhost.localdomain", "localhost6", "localhost6.localdomain6", "unknown"})
# What a scan of "here" is called by its tool: every project is.
_NAMELESS = frozenset({"", ".", "..", "./", "app", "src", "unknown", "image.tar", "github/workspace"})
# RFC 5798 §7.3 (VRRP) and the prefix Docker gives its bridges and containers: many hosts bear the same address.
_SHARED_MACS = ("00:00:5e:00:01:", "00:00:5e:00:02:", "02:42:")
# Boards whose maker never set the number; the last is a placeholder found in many of them.
_EMPTY_UUIDS = frozenset({"0" * 32, "f" * 32, "03000200040005000006000700080009"})


def identify(kind: IdentifierKind, raw: str) -> Identifier | None:
    """The identifier in normal form, or None where it is malformed or cannot tell hosts apart.

    >>> identify("mac", "00-50-56-AB-CD-01")
    Identifier(kind='mac', value='00:50:56:ab:cd:01')
    >>> identify("ipv4", "127.0.0.1") is None
    True
    """
    value = _NORMAL[kind](raw.strip().lower())
    return Identifier(kind, value) if value else None


def identify_address(raw: str) -> Identifier | None:
    """An IPv4 or IPv6 identifier, whichever the text is; an IPv4 address written as IPv6 is IPv4."""
    try:
        address = ipaddress.ip_address(raw.strip().split("%", 1)[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return identify("ipv4" if mapped or address.version == 4 else "ipv6", str(mapped or address))


def identify_name(raw: str) -> Identifier | None:
    """An address, a full name or a bare host name, whichever the text is."""
    text = raw.strip()
    if is_address(text):
        return identify_address(text)
    return identify("fqdn" if "." in text.rstrip(".") else "hostname", text)


def is_address(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 address, a zone index aside."""
    try:
        ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return False
    return True


def _address(text: str, version: int) -> str:
    try:
        address = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return ""
    shared = address.is_loopback or address.is_unspecified or address.is_multicast or address.is_link_local
    return "" if shared or address.version != version else address.compressed


def _ipv4(text: str) -> str:
    return _address(text, 4)


def _ipv6(text: str) -> str:
    return _address(text, 6)


def _name(text: str) -> str:
    name = text.rstrip(".")
    if name in _EVERYBODY or len(name) > 253 or is_address(name):
        return ""
    return name if all(_LABEL.fullmatch(label) for label in name.split(".")) else ""


def _fqdn(text: str) -> str:
    name = _name(text)
    return name if "." in name else ""


def _hostname(text: str) -> str:
    return _name(text.split(".", 1)[0])


def _netbios(text: str) -> str:
    name = text.rsplit("\\", 1)[-1]
    return name if _NETBIOS.fullmatch(name) and name not in _EVERYBODY else ""


def _mac(text: str) -> str:
    if not _MAC.fullmatch(text):
        return ""
    digits = re.sub(r"[^0-9a-f]", "", text)
    mac = ":".join(digits[i : i + 2] for i in range(0, 12, 2))
    is_group = int(digits[:2], 16) & 1  # IEEE 802: the lowest bit of the first octet marks a group address
    return "" if is_group or digits == "0" * 12 or mac.startswith(_SHARED_MACS) else mac


def _uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        return ""
    digits = text.replace("-", "")
    if digits in _EMPTY_UUIDS:
        return ""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _token(text: str) -> str:
    return text if _TOKEN.fullmatch(text) and text not in _EVERYBODY else ""


def _serial(text: str) -> str:
    return "" if text in _UNSET_SERIALS or len(text) < 4 or len(set(text)) == 1 else _token(text)


def _agent(text: str) -> str:
    """An agent's UUID; some products print it without dashes."""
    return _uuid(text) or (_token(text) if not _UUID.fullmatch(text) else "")


def _image_name(text: str) -> str:
    """An image's repository in full, without tag and digest: `redis:7` is `docker.io/library/redis`."""
    name = text.split("@", 1)[0].removeprefix("index.")
    head, _, last = name.rpartition("/")
    last = last.split(":", 1)[0]
    parts = [*(part for part in head.split("/") if part), last]
    if not (len(parts) > 1 and ("." in parts[0] or ":" in parts[0] or parts[0] == "localhost")):
        parts = ["docker.io", *parts]
    if parts[0] == "docker.io" and len(parts) == 2:
        parts.insert(1, "library")
    return "/".join(parts) if last and _IMAGE_NAME.fullmatch("/".join(parts)) else ""


def _repository(text: str) -> str:
    """A repository's place without scheme, user and ending: `github.com/almena/plant`."""
    found = _GIT_OVER_SSH.fullmatch(text)
    place = f"{found[1]}/{found[2]}" if found else _SCHEME.sub("", text).split("#", 1)[0].split("?", 1)[0]
    host, _, path = place.rpartition("@")[2].strip("/").partition("/")
    path = path.removesuffix(".git").strip("/")
    # Without a host and a path below it, a text is a folder or a bare name that many may bear.
    return _token(f"{host}/{path}") if path and ("." in host or ":" in host) and host.strip(".") else ""


def _project(text: str) -> str:
    name = " ".join(text.split()).strip("/")
    return name if name not in _NAMELESS and len(name) <= 512 else ""


def _cluster(text: str) -> str:
    return _project(text)


_NORMAL = {
    "fqdn": _fqdn,
    "hostname": _hostname,
    "netbios": _netbios,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "mac": _mac,
    "agent": _agent,
    "cloud": _token,
    "image": _token,
    "serial": _serial,
    "bios-uuid": _uuid,
    "image-name": _image_name,
    "repository": _repository,
    "project": _project,
    "cluster": _cluster,
}
