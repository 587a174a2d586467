"""Flaws put aside until the whole document was seen: which versions stand side by side is known only then."""

import tempfile
from collections.abc import Iterator
from types import TracebackType

import msgspec

from alcaide.intake.cyclonedx.parts import Flaw

_IN_MEMORY_BYTES = 4 << 20
_LENGTH_BYTES = 4


class Shelf:
    """Flaws with the line each begins at, in their order; few in memory, many in a temporary file."""

    def __init__(self, in_memory_bytes: int = _IN_MEMORY_BYTES) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=in_memory_bytes)  # noqa: SIM115  closed by the block

    def __enter__(self) -> "Shelf":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, flaw: Flaw, line: int) -> None:
        """Put one more aside, before any is taken out."""
        told = _ENCODE((flaw, line))
        self._file.write(len(told).to_bytes(_LENGTH_BYTES, "big"))
        self._file.write(told)

    def __iter__(self) -> Iterator[tuple[Flaw, int]]:
        self._file.seek(0)
        while length := self._file.read(_LENGTH_BYTES):
            yield _DECODE(self._file.read(int.from_bytes(length, "big")))


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(tuple[Flaw, int]).decode
