"""Stable pseudonyms: one person has one name in one monitor, another in the next, and none can be turned back.

A pseudonym is a keyed hash of the monitor and the person under a key of this installation, which stands in its folder
and not in the database. Fifty bits of it are shown: among 100,000 people two share one with a chance of 1 in 200,000.
"""

import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from alcaide.common.models import User

# Without letters and digits that are read as others.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, BITS = 10, 5
SHORTEST_KEY = 32


class NamesShut(RuntimeError):
    """The key of pseudonyms cannot be read, so no stream is; the message says what to do."""


def pseudonym(monitor: str, uid: object) -> str:
    """Return the name of a person in a monitor, such as `K47Q7-MX29C`. Raises NamesShut."""
    found = hmac.digest(_key(), f"{monitor}\0{uid}".encode(), hashlib.sha256)
    whole = int.from_bytes(found[:8]) >> (64 - LENGTH * BITS)
    signs = "".join(SIGNS[(whole >> shift) & 31] for shift in range((LENGTH - 1) * BITS, -1, -BITS))
    return f"{signs[:5]}-{signs[5:]}"


def masked(monitor: str, uid: object) -> str:
    """Return a person as a masked row names them."""
    return _("Person %(name)s") % {"name": pseudonym(monitor, uid)}


def person_behind(monitor: str, name: str, among: Iterable[tuple[int, object]]) -> int | None:
    """Return the key of the user with this pseudonym among pairs of key and identifier, None where nobody has it.

    Two with one pseudonym are as good as nobody: a name that may be the wrong one is not shown.
    """
    found = [pk for pk, uid in among if pseudonym(monitor, uid) == name]
    return found[0] if len(found) == 1 else None


def typed(text: str) -> str:
    """Return a pseudonym as somebody typed it, with or without its word and dash."""
    signs = "".join(text.upper().removeprefix(_("Person").upper()).split()).replace("-", "")
    signs = signs.replace("O", "0").replace("I", "1").replace("L", "1")
    return f"{signs[:5]}-{signs[5:]}" if len(signs) == LENGTH and set(signs) <= set(SIGNS) else ""


def own_names(user: User, monitors: Iterable[str]) -> dict[str, str]:
    """Return a user's own pseudonym in each monitor."""
    return {key: pseudonym(key, user.uid) for key in monitors}


def _key() -> bytes:
    return _read(str(settings.HOME.pseudonym_key_file))


@lru_cache(maxsize=4)
def _read(path: str) -> bytes:
    try:
        key = Path(path).read_bytes().strip()
    except OSError as fault:
        raise NamesShut(
            "The key of pseudonyms cannot be read, so no monitored stream can be. Restore the folder of keys from "
            "your backup."
        ) from fault
    if len(key) < SHORTEST_KEY:
        raise NamesShut("The key of pseudonyms is cut short. Restore the folder of keys from your backup.")
    return key
