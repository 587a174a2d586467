"""Values of JSON as typed structs where nothing is amiss with them, and as plain text and numbers where it is."""

import json
import re
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from alcaide.intake.cleaning import printable

S = TypeVar("S", bound=msgspec.Struct)

# Escapes of code points no database takes: controls, lone or paired surrogates, U+FFFE and U+FFFF.
_ODD = re.compile(rb"\\u(?:00[01]|[dD][89a-fA-F]|[fF]{3}[eEfF])")
_ESCAPE = b"\\"
_MOST_DIGITS = 400


@lru_cache(maxsize=64)
def decoder(kind: type[S]) -> msgspec.json.Decoder[S]:
    """The parser of one kind of struct, made once."""
    return msgspec.json.Decoder(kind)


def strictly(raw: bytes, decode: msgspec.json.Decoder[S]) -> S | None:
    """The struct that the bytes hold; None where anything about them asks for a closer look."""
    if _ESCAPE in raw and _ODD.search(raw):
        return None
    try:
        return decode.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None


def key_of(raw: bytes) -> str:
    """The text of a key."""
    if b"\\" not in raw:
        return raw.decode("utf-8", "replace")
    try:
        return plain(json.loads(b'"' + raw + b'"'))
    except ValueError:
        return raw.decode("utf-8", "replace")


def whole_number(digits: str) -> int | float:
    """A number of more digits than any machine counts is as good as endless."""
    return int(digits) if len(digits) < _MOST_DIGITS else float("inf")


def plain(value: object) -> str:
    """A text without what no database takes; "" for any other value."""
    return printable(value) if isinstance(value, str) else ""


def cleaned(value: Any) -> Any:
    """The same value, its texts without what no database takes."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [cleaned(each) for each in value]
    if isinstance(value, dict):
        return {key: cleaned(each) for key, each in value.items()}
    return value
