"""Sealing what the database holds but must not tell: secrets of providers, keys of authenticator apps.

The key stands in the installation's folder, outside the database: a copy of the database alone opens nothing. A key
file may hold several keys, one a line; the first seals, each of them opens, so that a key can be changed.
"""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(RuntimeError):
    """What was sealed cannot be opened with the keys that this installation holds; the message says what to do."""


def seal(text: str) -> str:
    """Return the text as only this installation can read it. Raises SealBroken where its key is missing."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed. Raises SealBroken."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise SealBroken(
            f"A secret was sealed with another key than {_file().name} holds. Restore that file from your backup."
        ) from fault


def _file() -> Path:
    return Path(settings.HOME.sealing_key_file)


def _keys() -> MultiFernet:
    try:
        lines = _file().read_text().split()
        return MultiFernet([Fernet(line) for line in lines])
    except (OSError, ValueError) as fault:
        raise SealBroken(
            f"The key {_file().name} cannot be read, so sealed secrets stay shut. Restore it from your backup."
        ) from fault
