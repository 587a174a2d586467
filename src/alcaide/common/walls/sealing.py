"""A file's content sealed under a key of its own, so that nothing outside can tell that it met the same content."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BITS = 256


class SealBroken(RuntimeError):
    """What is kept is not what was sealed; the message says what to do."""


def seal(content: bytes) -> tuple[bytes, str]:
    """Return the sealed content and the key that opens it, in hexadecimal."""
    key, nonce = AESGCM.generate_key(KEY_BITS), os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, None), key.hex()


def unseal(sealed: bytes, *, key: str) -> bytes:
    """Return the content again. Raises SealBroken.

    >>> sealed, key = seal(b"words")
    >>> unseal(sealed, key=key)
    b'words'
    """
    try:
        return AESGCM(bytes.fromhex(key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (InvalidTag, ValueError) as fault:
        raise SealBroken("The file was altered where it is kept. Restore the folder of files from a backup.") from fault
