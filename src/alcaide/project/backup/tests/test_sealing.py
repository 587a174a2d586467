import io

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from alcaide.project.backup.faults import Damaged, WrongKey
from alcaide.project.backup.sealing import CHUNK_BYTES, MAGIC, Openers, SealedReader, SealedWriter, Sealers

QUICK = 2**10
WORDS = Sealers(b"correct horse battery", scrypt_n=QUICK)
OPENS = Openers(b"correct horse battery")


def sealed(content: bytes, sealers: Sealers = WORDS) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, sealers)
    for start in range(0, len(content), 300_001):
        writer.write(content[start : start + 300_001])
    writer.finish()
    return file.getvalue()


def opened(file: bytes, openers: Openers = OPENS) -> bytes:
    return io.BufferedReader(SealedReader(io.BytesIO(file), openers)).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_what_was_sealed_opens_to_the_byte(size):
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert opened(sealed(content)) == content


def test_each_holder_of_a_key_opens_it_and_so_does_the_passphrase():
    one, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    file = sealed(b"words", Sealers(b"correct horse battery", [one.public_key(), other.public_key()], QUICK))
    assert opened(file) == opened(file, Openers(keys=[one])) == opened(file, Openers(keys=[other])) == b"words"


def test_another_passphrase_or_key_opens_nothing():
    with pytest.raises(WrongKey, match="its passphrase"):
        opened(sealed(b"words"), Openers(b"another one entirely"))
    file = sealed(b"words", Sealers(recipients=[X25519PrivateKey.generate().public_key()]))
    with pytest.raises(WrongKey, match="private key of"):
        opened(file, Openers(b"correct horse battery", [X25519PrivateKey.generate()]))


def test_one_flipped_bit_anywhere_is_seen():
    file = sealed(b"words of the house" * 100)
    for place in range(len(MAGIC), len(file), 37):
        altered = bytearray(file)
        altered[place] ^= 1
        with pytest.raises((Damaged, WrongKey)):
            opened(bytes(altered))


@pytest.mark.parametrize("cut", [1, 17, CHUNK_BYTES + 16, CHUNK_BYTES + 17, 2 * CHUNK_BYTES + 32, 10])
def test_a_file_cut_anywhere_is_seen(cut):
    file = sealed(b"y" * (2 * CHUNK_BYTES))
    with pytest.raises(Damaged):
        opened(file[:-cut])


def test_bytes_put_behind_the_end_are_seen():
    with pytest.raises(Damaged):
        opened(sealed(b"words") + b"more")


def test_chunks_put_in_another_order_are_seen():
    file = sealed(b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c")
    chunk = CHUNK_BYTES + 16
    begin, body = file[: -(2 * chunk + 17)], file[-(2 * chunk + 17) :]
    with pytest.raises(Damaged):
        opened(begin + body[chunk : 2 * chunk] + body[:chunk] + body[2 * chunk :])


def test_a_header_that_asks_for_all_memory_is_refused():
    file = sealed(b"words").replace(b'"n": 1024', b'"n": 9999')
    huge = file.replace(b'"r": 8', b'"r": 8' + b"", 1).replace(b'"p": 1', b'"p": 9', 1)
    with pytest.raises(Damaged):
        opened(huge)


def test_any_other_file_is_no_backup():
    with pytest.raises(Damaged, match="no backup"):
        opened(b"PK\x03\x04 something else entirely")
