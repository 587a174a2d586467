"""Write the trail as a file that a stranger can verify: format alcaide.trail/1."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from alcaide.engine.proof.chain import GENESIS, JSON, BadLine, Line, canonical, is_count, is_hash, is_time
from alcaide.engine.proof.heads import Head, raw_key, sign_head
from alcaide.engine.proof.merkle import CompactRange

FORMAT = "alcaide.trail/1"
MAX_LINE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Opened:
    """A committed value shown with its salt, so that a reader can check it against the commitment."""

    salt: bytes
    value: JSON


@dataclass(frozen=True)
class Entry:
    """A trail line with those of its values that this export shows, field by field."""

    line: Line
    before: Mapping[str, Opened] = field(default_factory=dict)
    after: Mapping[str, Opened] = field(default_factory=dict)


@dataclass(frozen=True)
class Header:
    """What an export says of itself; a part of a trail also carries the state of the tree before its first line.

    former_keys: raw public keys that signed older heads and that the closing key vouches for.
    """

    organization: str
    made_at: str
    lines: int
    first_seq: int = 1
    previous: str = GENESIS
    peaks: tuple[str, ...] = ()
    former_keys: tuple[bytes, ...] = ()

    def as_json(self, public_key: bytes) -> dict[str, JSON]:
        """The header as its line writes it; the optional fields only where they say something."""
        value: dict[str, JSON] = {
            "format": FORMAT,
            "organization": self.organization,
            "made_at": self.made_at,
            "first_seq": self.first_seq,
            "lines": self.lines,
            "public_key": public_key.hex(),
        }
        if self.first_seq > 1:
            value |= {"previous": self.previous, "peaks": list(self.peaks)}
        if self.former_keys:
            value["former_keys"] = [raw_key(key).hex() for key in self.former_keys]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, JSON]) -> tuple["Header", bytes]:
        """Read a header and its public key; raises BadLine in words."""
        if value.get("format") != FORMAT:
            raise BadLine(f"this is not an export in the format {FORMAT}")
        required = {"format", "organization", "made_at", "first_seq", "lines", "public_key"}
        is_part = "first_seq" in value and value["first_seq"] != 1
        expected = required | {"previous", "peaks"} if is_part else required
        if set(value) - {"former_keys"} != expected:
            raise BadLine(f"the header must have the fields {', '.join(sorted(expected))} and may have former_keys")
        _check_header(value)
        header = cls(
            organization=value["organization"],
            made_at=value["made_at"],
            lines=value["lines"],
            first_seq=value["first_seq"],
            previous=value.get("previous", GENESIS),
            peaks=tuple(value.get("peaks", ())),
            former_keys=tuple(bytes.fromhex(key) for key in value.get("former_keys", ())),
        )
        CompactRange.resume(header.first_seq - 1, header.peaks)
        return header, bytes.fromhex(value["public_key"])


def write_export(
    entries: Iterable[Line | Entry],
    header: Header,
    *,
    private_key: Ed25519PrivateKey,
    heads: Sequence[Head] = (),
) -> Iterator[str]:
    """Write an export line by line, each ending in a line feed.

    Parameters
    ----------
    entries : iterable of Line or Entry
        The trail from `header.first_seq` on, in order; read once.
    header : Header
        Its `lines` is the number of entries that will come.
    private_key : Ed25519PrivateKey
        Signs the footer.
    heads : sequence of Head
        Signed heads of the trail; those outside the exported lines are left out.

    Yields
    ------
    str
        Header, lines with each head after the last line it covers, footer; canonical JSON, to be stored as UTF-8.

    Raises
    ------
    BadLine
        If the header is malformed, the entries are not as many as promised, or a line is over 4 MiB.
    NotCanonical
        If a shown value has no canonical JSON form.

    Notes
    -----
    The footer holds SHA-256 of all bytes before it and a head over the complete size whose signature covers that
    digest. Memory is O(log n) and the heads. The chain is written as it is, broken or not: `verify_export` judges.

    References
    ----------
    Laurie, Langley, Kasper (2013), RFC 6962, section 2.1; Rundgren and others (2020), RFC 8785.

    Examples
    --------
    >>> key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    >>> header = Header("Port of Alba", "2026-01-02T03:04:05.000000Z", lines=0)
    >>> [line[:9] for line in write_export([], header, private_key=key)]
    ['{"first_s', '{"end":{"']
    """
    public_key = private_key.public_key().public_bytes_raw()
    first = header.as_json(public_key)
    Header.from_json(first)
    digest = hashlib.sha256()
    tree = CompactRange.resume(header.first_seq - 1, header.peaks)
    counts = {"lines": 0, "heads": 0}
    last_hash = header.previous
    for kind, value in _content(entries, first, heads=heads, start=header.first_seq - 1):
        if kind == "lines":
            last_hash = value["hash"]
            tree.append(last_hash)
        if kind in counts:
            counts[kind] += 1
        text = _line_of(value)
        digest.update(text.encode())
        yield text
    if counts["lines"] != header.lines:
        raise BadLine(f"the header promises {header.lines} lines, {counts['lines']} came: the export is not complete")
    total = digest.hexdigest()
    head = sign_head(private_key, tree.size, root=tree.root(), at=header.made_at, digest=total)
    end = {**counts, "last_hash": last_hash, "root": tree.root(), "sha256": total, "head": head.as_json()}
    yield _line_of({"end": end})


def _content(
    entries: Iterable[Line | Entry], header: dict[str, JSON], *, heads: Sequence[Head], start: int
) -> Iterator[tuple[str, dict[str, JSON]]]:
    yield "header", header
    ordered = sorted(heads, key=lambda head: (head.size, head.at))
    at_size = {size: list(group) for size, group in groupby(ordered, key=lambda head: head.size)}
    for head in at_size.get(start, ()):
        yield "heads", {"head": head.as_json()}
    for size, entry in enumerate(entries, start + 1):
        yield "lines", _entry_json(entry if isinstance(entry, Entry) else Entry(entry))
        for head in at_size.get(size, ()):
            yield "heads", {"head": head.as_json()}


def _entry_json(entry: Entry) -> dict[str, JSON]:
    value = {**entry.line.body, "previous": entry.line.previous, "hash": entry.line.hash}
    shown = {
        side: {name: {"salt": item.salt.hex(), "value": item.value} for name, item in fields.items()}
        for side, fields in (("before", entry.before), ("after", entry.after))
        if fields
    }
    return {**value, "disclosed": shown} if shown else value


def _line_of(value: JSON) -> str:
    text = canonical(value).decode() + "\n"
    if len(text) * 4 > MAX_LINE_BYTES and len(text.encode()) > MAX_LINE_BYTES:
        raise BadLine(f"a line is over {MAX_LINE_BYTES} bytes: show fewer values of it")
    return text


def _check_header(value: Mapping[str, JSON]) -> None:
    peaks, former = value.get("peaks", []), value.get("former_keys", [])
    checks = {
        "organization": isinstance(value["organization"], str),
        "made_at": is_time(value["made_at"]),
        "first_seq": is_count(value["first_seq"]) and value["first_seq"] >= 1,
        "lines": is_count(value["lines"]),
        "public_key": is_hash(value["public_key"]),
        "previous": is_hash(value.get("previous", GENESIS)),
        "peaks": isinstance(peaks, list) and all(map(is_hash, peaks)),
        "former_keys": isinstance(former, list) and all(map(is_hash, former)),
    }
    for name, is_fine in checks.items():
        if not is_fine:
            raise BadLine(f'the header\'s "{name}" is malformed')
