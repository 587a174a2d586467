"""`alcaide trail`: the audit trail as a file for a stranger to verify, and the key to verify it with."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from alcaide.project.home import HomeUnusable, current

from .base import Command, Stop, say
from .house import load

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def _arguments(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    export = verbs.add_parser("export", help="write the whole trail to a file that `alcaide verify` checks anywhere")
    export.add_argument("file", type=Path, metavar="FILE", help="where to write; replaced only when complete")
    export.add_argument(
        "--values", action="store_true", help="also show the values behind the commitments, as far as not erased"
    )
    verbs.add_parser("key", help="print the key's fingerprint and its public part, to publish or hand over")


def _run(chosen: Namespace) -> int:
    return _export(chosen) if chosen.verb == "export" else _key()


def _export(chosen: Namespace) -> int:
    key = _trail_key()
    load()
    from django.db import DatabaseError  # noqa: PLC0415  needs the house, loaded above

    from alcaide.common.heads import ExportUnwritable, export_trail  # noqa: PLC0415  as above
    from alcaide.common.trail import System  # noqa: PLC0415  as above
    from alcaide.organization.models import Organization  # noqa: PLC0415  as above

    try:
        name = Organization.objects.values_list("name", flat=True).first() or ""
        done = export_trail(
            System("terminal"), chosen.file.resolve(), key=key, organization=name, with_values=chosen.values
        )
    except ExportUnwritable as fault:
        raise Stop(str(fault)) from fault
    except DatabaseError as fault:
        raise Stop(f"The database cannot be read ({fault}). Run `alcaide check`, which says what to do.") from fault
    say(f"{done.lines:,} lines and {done.heads:,} signed heads written to {chosen.file}.")
    if done.heads_left_out:
        say(f"{done.heads_left_out:,} heads left out: they are signed with a key that this installation has no more.")
    say(f"Check it anywhere: alcaide verify {chosen.file} --key {_fingerprint(key)}")
    return 0


def _key() -> int:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415  only here

    key = _trail_key()
    say(f"fingerprint {_fingerprint(key)}")
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    say(pem.decode().strip())
    return 0


def _trail_key() -> "Ed25519PrivateKey":
    try:
        return current().trail_key()
    except HomeUnusable as fault:
        raise Stop(str(fault)) from fault


def _fingerprint(key: "Ed25519PrivateKey") -> str:
    from alcaide.engine.proof import key_id  # noqa: PLC0415  other commands need not wait for it

    return key_id(key.public_key())


TRAIL = Command("trail", "export the audit trail, or print its key", _arguments, _run)
