"""Values of JSON as typed structs where nothing is amiss with them, and as plain text and numbers where it is."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from alcaide.intake.cleaning import printable
from alcaide.intake.errors import IntakeError

S = TypeVar("S", bound=msgspec.Struct)

# Escapes of code points no database takes: controls, lone or paired surrogates, U+FFFE and U+FFFF.
_ODD = re.compile(rb"\\u(?:00[01]|[dD][89a-fA-F]|[fF]{3}[eEfF])")
_ESCAPE = b"\\"
_MOST_DIGITS = 400


class BadRecord(IntakeError):
    """A record that cannot be used; its message is the reason."""


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


def leniently(value: object, kind: type[S], note: Callable[[str], None]) -> S:
    """The struct that a value is; a part of a wrong type is left out and noted. Raises BadRecord."""
    if not isinstance(value, dict):
        raise BadRecord("It is no object.")
    said = without_nulls(value)
    kept: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        given = said.get(field.encode_name)
        found = None if given is None else _fitted(given, field.type, note)
        if found is not None:
            kept[field.name] = found
        elif field.required:
            raise BadRecord(f"Its {field.encode_name} is missing or malformed.")
        elif given is not None:
            note(f"A field “{field.encode_name}” is of an unexpected type and was left out.")
    return kind(**kept)


def _fitted(given: object, kind: Any, note: Callable[[str], None]) -> Any:
    """The value as its type asks, of structs and lists of them what fits; None where nothing does."""
    try:
        return msgspec.convert(given, kind, strict=False)
    except (msgspec.ValidationError, RecursionError):
        pass
    for each in get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,):
        try:
            if isinstance(each, type) and issubclass(each, msgspec.Struct) and isinstance(given, dict):
                return leniently(given, each, note)
            if get_origin(each) is list and isinstance(given, list):
                (part,) = get_args(each)
                found = [_fitted(one, part, note) for one in given]
                return [one for one in found if one is not None] or None
        except (BadRecord, RecursionError):
            continue
    return None


def without_nulls(value: Any) -> Any:
    """The same value without what is said to be nothing: many tools write `null` for what they leave out."""
    if isinstance(value, list):
        return [without_nulls(each) for each in value if each is not None]
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return value


def cleaned(value: Any) -> Any:
    """The same value, its texts without what no database takes."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [cleaned(each) for each in value]
    if isinstance(value, dict):
        return {key: cleaned(each) for key, each in value.items()}
    return value
