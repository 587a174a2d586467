"""Signed heads: size and root of the trail at a moment, under a key that the database does not hold."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from alcaide.engine.proof.chain import JSON, BadLine, canonical, is_count, is_hash, is_time

_KEY_ID = re.compile(r"[0-9a-f]{16}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")


@dataclass(frozen=True)
class Head:
    """What the trail was at a moment: lines, Merkle root, key and signature.

    `digest` is set only in the head that closes an export: SHA-256 of all bytes before the footer line.
    """

    size: int
    root: str
    at: str
    key: str
    signature: str
    digest: str | None = None

    @property
    def statement(self) -> dict[str, JSON]:
        """What is signed."""
        content: dict[str, JSON] = {"size": self.size, "root": self.root, "at": self.at, "key": self.key}
        return content if self.digest is None else {**content, "digest": self.digest}

    def as_json(self) -> dict[str, JSON]:
        """The head as an export and a pack write it."""
        return {**self.statement, "signature": self.signature}

    @classmethod
    def from_json(cls, value: Mapping[str, JSON]) -> Self:
        """Read a head back; raises BadLine if a field is missing, unknown or of the wrong kind."""
        fields = {"size", "root", "at", "key", "signature"}
        if set(value) - {"digest"} != fields:
            raise BadLine(f"a head has the fields {', '.join(sorted(fields))} and may have digest")
        checks = {
            "size": is_count(value["size"]),
            "root": is_hash(value["root"]),
            "at": is_time(value["at"]),
            "key": _matches(_KEY_ID, value["key"]),
            "signature": _matches(_SIGNATURE, value["signature"]),
            "digest": "digest" not in value or is_hash(value["digest"]),
        }
        for name, is_fine in checks.items():
            if not is_fine:
                raise BadLine(f'the head\'s "{name}" is malformed')
        return cls(**value)


def key_id(public_key: Ed25519PublicKey | bytes) -> str:
    """Short name of a key: the first 16 hex digits of SHA-256 over its 32 raw bytes.

    Parameters
    ----------
    public_key : Ed25519PublicKey or bytes
        The key, or its 32 raw bytes.

    Returns
    -------
    str
        16 hex digits, to be read out or printed beside a figure.

    Raises
    ------
    BadLine
        If the bytes are no Ed25519 public key.

    Notes
    -----
    ``hex(SHA-256(raw))[:16]``.

    References
    ----------
    Josefsson, Liusvaara (2017), RFC 8032, section 5.1.5 (the raw form).

    Examples
    --------
    >>> key_id(bytes(32))
    '66687aadf862bd77'
    """
    return hashlib.sha256(raw_key(public_key)).hexdigest()[:16]


def sign_head(private_key: Ed25519PrivateKey, size: int, *, root: str, at: str, digest: str | None = None) -> Head:
    """State under a key what the trail is.

    Parameters
    ----------
    private_key : Ed25519PrivateKey
        Kept outside the database.
    size : int
        Lines that the root covers.
    root : str
        Merkle root over their hashes, hex.
    at : str
        Moment, ISO UTC with microseconds and 'Z'.
    digest : str, optional
        For the head that closes an export.

    Returns
    -------
    Head
        Signed.

    Raises
    ------
    BadLine
        If a field is malformed.

    Notes
    -----
    Ed25519 over ``RFC 8785({size, root, at, key})``, with digest where given; no hashing before it.

    References
    ----------
    Josefsson, Liusvaara (2017), RFC 8032, section 5.1.

    Examples
    --------
    >>> key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    >>> head = sign_head(key, 0, root="00" * 32, at="2026-01-02T03:04:05.000000Z")
    >>> verify_head(key.public_key(), head)
    True
    """
    unsigned = Head(size, root, at, key_id(private_key.public_key()), "00" * 64, digest)
    checked = Head.from_json(unsigned.as_json())
    signature = private_key.sign(canonical(checked.statement)).hex()
    return Head(size, root, at, checked.key, signature, digest)


def verify_head(public_key: Ed25519PublicKey | bytes, head: Head) -> bool:
    """Whether a head was signed with this key, as it stands.

    Parameters
    ----------
    public_key : Ed25519PublicKey or bytes
        The key, or its 32 raw bytes.
    head : Head
        As read.

    Returns
    -------
    bool
        False also where the head names another key.

    Raises
    ------
    BadLine
        If the bytes are no Ed25519 public key.

    Notes
    -----
    A signature proves who stated the root, not that the root is right: compute it from the lines.

    References
    ----------
    Josefsson, Liusvaara (2017), RFC 8032, section 5.1.7.

    Examples
    --------
    >>> key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    >>> head = sign_head(key, 0, root="00" * 32, at="2026-01-02T03:04:05.000000Z")
    >>> verify_head(Ed25519PrivateKey.from_private_bytes(b"1" * 32).public_key(), head)
    False
    """
    raw = raw_key(public_key)
    if head.key != key_id(raw):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(head.signature), canonical(head.statement))
    except (InvalidSignature, ValueError):
        return False
    return True


def raw_key(public_key: Ed25519PublicKey | bytes) -> bytes:
    """The 32 raw bytes of a public key; raises BadLine if they are none."""
    if isinstance(public_key, Ed25519PublicKey):
        return public_key.public_bytes_raw()
    if not isinstance(public_key, bytes) or len(public_key) != 32:
        raise BadLine("a public key is 32 raw bytes (64 hex digits)")
    return public_key


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
