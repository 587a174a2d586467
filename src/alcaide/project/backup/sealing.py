"""The container: a stream sealed chunk by chunk under a random key, which is sealed for each who may open it.

The format is written down in docs/trust/backup.md, so that a stranger can open a backup without this program.
Nothing here knows what is inside.
"""

import hashlib
import io
import json
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .faults import Damaged, WrongKey

MAGIC = b"alcaide-backup-1\n"
CHUNK_BYTES = 1024 * 1024
TAG_BYTES = 16
KEY_BYTES = 32
# Each key that a nonce of zeros is used with seals one single message: the data key.
ONCE = bytes(12)
HEADER_CAP_BYTES = 64 * 1024
# OWASP's floor for scrypt is 2^17, 8, 1; it takes 128 MB and about half a second.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1
# A header made in malice must not take all memory.
SCRYPT_MOST = 2**20 * 8
OF_X25519, OF_PAYLOAD = b"alcaide-backup-1 x25519", b"alcaide-backup-1 payload"


@dataclass(frozen=True)
class Sealers:
    """Who will be able to open a backup: whoever knows the passphrase, and each holder of a private key."""

    passphrase: bytes | None = None
    recipients: Sequence[X25519PublicKey] = ()
    scrypt_n: int = SCRYPT_N

    def __bool__(self) -> bool:
        return self.passphrase is not None or bool(self.recipients)


@dataclass(frozen=True)
class Openers:
    """What is at hand to open a backup with."""

    passphrase: bytes | None = None
    keys: Sequence[X25519PrivateKey] = ()


class SealedWriter(io.RawIOBase):
    """Seals what is written to it. Only `finish` makes it whole: a stream that is merely closed is seen as cut off."""

    def __init__(self, file: BinaryIO, sealers: Sealers) -> None:
        super().__init__()
        if not sealers:
            raise ValueError("A backup needs a passphrase or a recipient.")
        self._file = file
        data_key = os.urandom(KEY_BYTES)
        header = json.dumps({"chunk_bytes": CHUNK_BYTES, "keys": _sealed_keys(data_key, sealers)}).encode()
        begin = MAGIC + struct.pack(">I", len(header)) + header
        file.write(begin)
        self._cipher = _payload_cipher(data_key, begin)
        self._waiting = bytearray()
        self._count = 0
        self._is_finished = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        """Take bytes; a chunk is sealed once it is known not to be the last."""
        size = len(data)
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), last=0)
            del self._waiting[:CHUNK_BYTES]
        return size

    def finish(self) -> None:
        """Seal the last chunk, marked as the last. Nothing may be written afterwards."""
        if not self._is_finished:
            self._seal(bytes(self._waiting), last=1)
            self._is_finished = True

    def _seal(self, piece: bytes, *, last: int) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._count, last=last), piece, None))
        self._count += 1


class SealedReader(io.RawIOBase):
    """Gives back what was sealed, each chunk proven before any of it is handed out. Raises WrongKey, Damaged."""

    def __init__(self, file: BinaryIO, openers: Openers) -> None:
        super().__init__()
        self._file = file
        begin, header = _read_header(file)
        self._cipher = _payload_cipher(_open_key(header, openers), begin)
        self._size = CHUNK_BYTES + TAG_BYTES
        self._ahead = file.read(self._size)
        self._ready = memoryview(b"")
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer as far as the current chunk reaches."""
        if not self._ready and not self._next():
            return 0
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _next(self) -> bool:
        sealed = self._ahead
        if not sealed:
            if self._count == 0:
                raise Damaged("The backup ends after its header: it was cut off. Take another copy of it.")
            return False
        self._ahead = self._file.read(self._size)
        try:
            opened = self._cipher.decrypt(_nonce(self._count, last=not self._ahead), sealed, None)
        except InvalidTag as fault:
            where = "is cut off or altered near its end" if not self._ahead else "was altered"
            raise Damaged(
                f"The backup {where} (part {self._count + 1:,}, from byte {self._count * self._size:,} on). "
                "Take another copy of it, or an older backup."
            ) from fault
        self._count += 1
        self._ready = memoryview(opened)
        return bool(opened) or self._next()


def key_id(key: X25519PublicKey) -> str:
    """Return the short name by which a recipient's key is spoken of."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _sealed_keys(data_key: bytes, sealers: Sealers) -> list[dict[str, Any]]:
    sealed: list[dict[str, Any]] = []
    if sealers.passphrase is not None:
        about = {"kind": "scrypt", "salt": os.urandom(16).hex(), "n": sealers.scrypt_n, "r": SCRYPT_R, "p": SCRYPT_P}
        wrap = ChaCha20Poly1305(_from_passphrase(about, sealers.passphrase))
        sealed.append(about | {"sealed": wrap.encrypt(ONCE, data_key, None).hex()})
    for recipient in sealers.recipients:
        single = X25519PrivateKey.generate()
        wrap = ChaCha20Poly1305(_from_exchange(single.exchange(recipient), single.public_key(), recipient))
        sealed.append({
            "kind": "x25519", "to": key_id(recipient), "single": single.public_key().public_bytes_raw().hex(),
            "sealed": wrap.encrypt(ONCE, data_key, None).hex(),
        })  # fmt: skip
    return sealed


def _open_key(header: dict[str, Any], openers: Openers) -> bytes:
    for about in header["keys"]:
        try:
            opened = _try_to_open(about, openers)
        except (KeyError, TypeError, ValueError) as fault:
            raise Damaged("The backup's header cannot be read. Take another copy of it.") from fault
        if opened is not None:
            return opened
    kinds = {about.get("kind") for about in header["keys"]}
    wanted = ["its passphrase"] if "scrypt" in kinds else []
    named = ", ".join(str(about.get("to")) for about in header["keys"] if about.get("kind") == "x25519")
    wanted += [f"the private key of {named}"] if named else []
    raise WrongKey(f"What was given does not open this backup. It needs {' or '.join(wanted)}.")


def _try_to_open(about: dict[str, Any], openers: Openers) -> bytes | None:
    wraps = []
    if about["kind"] == "scrypt" and openers.passphrase is not None:
        wraps.append(_from_passphrase(about, openers.passphrase))
    if about["kind"] == "x25519":
        single = X25519PublicKey.from_public_bytes(bytes.fromhex(about["single"]))
        for key in openers.keys:
            if key_id(key.public_key()) == about["to"]:
                wraps.append(_from_exchange(key.exchange(single), single, key.public_key()))
    for wrap in wraps:
        try:
            return ChaCha20Poly1305(wrap).decrypt(ONCE, bytes.fromhex(about["sealed"]), None)
        except InvalidTag:
            continue
    return None


def _from_passphrase(about: dict[str, Any], passphrase: bytes) -> bytes:
    n, r, p = int(about["n"]), int(about["r"]), int(about["p"])
    if n * r > SCRYPT_MOST or p > 4:
        raise ValueError("asks for more memory than any backup of ours")
    return Scrypt(salt=bytes.fromhex(about["salt"]), length=KEY_BYTES, n=n, r=r, p=p).derive(passphrase)


def _from_exchange(shared: bytes, single: X25519PublicKey, recipient: X25519PublicKey) -> bytes:
    salt = single.public_bytes_raw() + recipient.public_bytes_raw()
    return HKDF(SHA256(), length=KEY_BYTES, salt=salt, info=OF_X25519).derive(shared)


def _payload_cipher(data_key: bytes, begin: bytes) -> ChaCha20Poly1305:
    """The header is part of the key: whoever alters it alters every chunk."""
    salt = hashlib.sha256(begin).digest()
    return ChaCha20Poly1305(HKDF(SHA256(), length=KEY_BYTES, salt=salt, info=OF_PAYLOAD).derive(data_key))


def _nonce(count: int, *, last: int) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])


def _read_header(file: BinaryIO) -> tuple[bytes, dict[str, Any]]:
    begin = file.read(len(MAGIC) + 4)
    if begin[: len(MAGIC)] != MAGIC or len(begin) < len(MAGIC) + 4:
        raise Damaged("This is no backup of Alcaide, or its beginning is lost. Give a file that `alcaide backup` made.")
    (size,) = struct.unpack(">I", begin[len(MAGIC) :])
    raw = file.read(size) if size <= HEADER_CAP_BYTES else b""
    try:
        header = json.loads(raw)
    except ValueError:
        header = None
    known = isinstance(header, dict) and header.get("chunk_bytes") == CHUNK_BYTES
    if not known or not isinstance(header.get("keys"), list) or not all(isinstance(k, dict) for k in header["keys"]):
        raise Damaged("The backup's header cannot be read. Take another copy of it.")
    return begin + raw, header
