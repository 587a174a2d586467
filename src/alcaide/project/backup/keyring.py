"""Passphrases and keys as people hand them over: a file, the environment, the terminal."""

import os
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from .faults import BackupFault
from .sealing import Openers, Sealers

PASSPHRASE, PASSPHRASE_FILE = "ALCAIDE_BACKUP_PASSPHRASE", "ALCAIDE_BACKUP_PASSPHRASE_FILE"
RECIPIENTS, KEY_FILE = "ALCAIDE_BACKUP_RECIPIENTS", "ALCAIDE_BACKUP_KEY_FILE"
SHORTEST = 12


class KeyUnusable(BackupFault):
    """A passphrase or key cannot be used; the message says why and what to give."""


def sealers(*, passphrase_file: Path | None = None, recipients: Iterable[str] = ()) -> Sealers:
    """Return who may open the next backup: as given, else as the environment says. Raises KeyUnusable."""
    named = [each for each in recipients if each.strip()]
    if passphrase_file or named:
        passphrase = _from_file(passphrase_file) if passphrase_file else None
    else:
        passphrase = _of_the_environment()
        named = [each for each in os.environ.get(RECIPIENTS, "").split(",") if each.strip()]
    found = Sealers(_long_enough(passphrase), [public_key(each.strip()) for each in named])
    if not found:
        raise KeyUnusable(
            f"Nobody could open this backup. Give --recipient with a public key (`alcaide backup --new-key FILE` makes "
            f"one), or --passphrase-file; or set {RECIPIENTS} or {PASSPHRASE_FILE}."
        )
    return found


def openers(*, passphrase_file: Path | None = None, key_files: Iterable[Path] = ()) -> Openers:
    """Return what a backup can be opened with: as given, and what the environment names. Raises KeyUnusable."""
    passphrase = _from_file(passphrase_file) if passphrase_file else _of_the_environment()
    named = os.environ.get(KEY_FILE, "").strip()
    return Openers(passphrase, [_private_key(path) for path in key_files or ([Path(named)] if named else [])])


def new_key(path: Path) -> str:
    """Write a new private key, never over a file that stands, and return its public key in hex. Raises KeyUnusable."""
    key = X25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise KeyUnusable(f"The key cannot be written to {path}: {fault.strerror}. Give another file.") from fault
    return key.public_key().public_bytes_raw().hex()


def public_key(text: str) -> X25519PublicKey:
    """Read a public key from its 64 hex digits. Raises KeyUnusable."""
    try:
        return X25519PublicKey.from_public_bytes(bytes.fromhex(text))
    except ValueError as fault:
        raise KeyUnusable(
            f"“{text[:20]}” is no public key of a backup: 64 hex digits, as --new-key prints them."
        ) from fault


def _private_key(path: Path) -> X25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as fault:
        raise KeyUnusable(f"The key {path} cannot be read: {fault.strerror}.") from fault
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise KeyUnusable(f"{path} holds no private key that opens backups. --new-key made the right one.") from fault
    if not isinstance(key, X25519PrivateKey):
        raise KeyUnusable(f"{path} holds another kind of key; backups are opened with X25519.")
    return key


def _of_the_environment() -> bytes | None:
    if os.environ.get(PASSPHRASE):
        return os.environ[PASSPHRASE].encode()
    named = os.environ.get(PASSPHRASE_FILE)
    return _from_file(Path(named)) if named else None


def _from_file(path: Path) -> bytes:
    try:
        passphrase = path.read_bytes().strip(b"\r\n")
    except OSError as fault:
        raise KeyUnusable(f"The passphrase cannot be read from {path}: {fault.strerror}.") from fault
    if not passphrase:
        raise KeyUnusable(f"{path} is empty; its first line should be the passphrase.")
    return passphrase


def _long_enough(passphrase: bytes | None) -> bytes | None:
    if passphrase is not None and len(passphrase) < SHORTEST:
        raise KeyUnusable(f"The passphrase has {len(passphrase)} characters; give at least {SHORTEST}.")
    return passphrase
