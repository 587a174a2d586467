"""`alcaide verify`: judge an export of the trail on any machine, without a database and without Django."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from .base import Command, Stop, say

FINGERPRINT = re.compile(r"[0-9a-f]{16}")
RAW_KEY = re.compile(r"[0-9a-f]{64}")
PIECE_BYTES = 1024 * 1024


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="an export made by `alcaide trail export`")
    parser.add_argument(
        "--key",
        metavar="KEY",
        default="",
        help="the organization's key, had from elsewhere than the file: its 16-digit fingerprint, "
        "its 64 hex digits, or a PEM file",
    )


def _run(chosen: Namespace) -> int:
    from alcaide.engine.proof import verify_export  # noqa: PLC0415  loads cryptography, which others need not wait for

    fingerprint, key = _key(chosen.key)
    try:
        with chosen.file.open("rb") as file:
            verdict = verify_export(_pieces(file), public_key=key)
    except OSError as fault:
        raise Stop(f"{chosen.file} cannot be read: {fault.strerror}. Check its path and permissions.") from fault
    if verdict.is_sound and fingerprint and verdict.key != fingerprint:
        say(f"broken: line 1: the file is under the key {verdict.key}, not under {fingerprint} as given")
        return 1
    if fingerprint:
        verdict = replace(verdict, is_key_given=True)
    say(verdict.words)
    if verdict.is_sound:
        say(f"{verdict.organization or 'An organization without a name'}, lines from {verdict.first_seq}, "
            f"made {verdict.made_at}, root {verdict.root}")  # fmt: skip
    return 0 if verdict.is_sound else 1


def _key(given: str) -> tuple[str, bytes | None]:
    """Return a fingerprint or a raw key from what was typed."""
    text = given.strip()
    lowered = text.lower().replace(":", "").replace(" ", "")
    if not text:
        return "", None
    if FINGERPRINT.fullmatch(lowered):
        return lowered, None
    if RAW_KEY.fullmatch(lowered):
        return "", bytes.fromhex(lowered)
    return "", _from_pem(text if text.startswith("-----BEGIN") else _read(Path(text)))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as fault:
        raise Stop(
            f"“{path}” is neither a fingerprint of 16 hex digits, nor a key of 64, nor a PEM file that can be read."
        ) from fault


def _from_pem(text: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415  as above
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415  as above

    try:
        key = load_pem_public_key(text.encode())
    except ValueError as fault:
        raise Stop("The PEM holds no public key. `alcaide trail key` prints the right one.") from fault
    if not isinstance(key, Ed25519PublicKey):
        raise Stop("The PEM holds another kind of key; the trail is signed with Ed25519.")
    return key.public_bytes_raw()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece


VERIFY = Command("verify", "judge an export of the trail; exit 0 sound, 1 broken, 2 unreadable", _arguments, _run)
