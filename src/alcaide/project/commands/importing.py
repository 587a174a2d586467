"""`alcaide import`: bring in reports and feeds on the machine itself."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from .base import Command, Stop, say
from .house import load

if TYPE_CHECKING:
    from alcaide.exposure.models import Report
    from alcaide.organization.models import Unit
    from alcaide.threats.models import Feed


def _arguments(parser: ArgumentParser) -> None:
    parser.description = (
        "Brings in reports of scanners and threat feeds, in the order given. A file that was brought in before is "
        "answered with what it was. Exit 1 where one of them could not be taken in."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a report or a feed; .gz and .zip too")
    parser.add_argument(
        "--unit", default="", help="name of the unit whose network it is; the whole organization if left out"
    )
    parser.add_argument("--zone", default="", help="network zone, where private addresses are used more than once")
    parser.add_argument(
        "--again", action="store_true", help="read files once more, and take in older editions of feeds"
    )


def _run(chosen: Namespace) -> int:
    load()
    from alcaide.organization.queries import NotFounded  # noqa: PLC0415  needs the house, loaded above

    try:
        unit = _unit(chosen.unit)
    except NotFounded as fault:
        raise Stop(str(fault)) from fault
    failed = sum(not _bring_in(path, unit, zone=chosen.zone, again=chosen.again) for path in chosen.files)
    _renew_limits()
    return 1 if failed else 0


def _unit(name: str) -> "Unit":
    from alcaide.organization.models import Unit  # noqa: PLC0415  needs the house, loaded above
    from alcaide.organization.queries import root_unit  # noqa: PLC0415  Django is set up only now

    if not name:
        return root_unit()
    found = list(Unit.objects.filter(name__iexact=name.strip()).order_by("path")[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise Stop(f"There is more than one unit named “{name}”. Rename one, or bring the file in on the page.")
    known = ", ".join(Unit.objects.order_by("path").values_list("name", flat=True)[:20])
    raise Stop(f"There is no unit named “{name}”. There are: {known}.")


def _bring_in(path: Path, unit: "Unit", *, zone: str, again: bool) -> bool:
    from django.conf import settings  # noqa: PLC0415  needs the house, loaded above

    from alcaide.common import files  # noqa: PLC0415  Django is set up only now
    from alcaide.common.files import FileTooLarge, StoreUnwritable  # noqa: PLC0415  Django is set up only now
    from alcaide.common.trail import System  # noqa: PLC0415  Django is set up only now
    from alcaide.exposure import services  # noqa: PLC0415  Django is set up only now
    from alcaide.intake.errors import IntakeError  # noqa: PLC0415  Django is set up only now
    from alcaide.threats.services import OlderEdition  # noqa: PLC0415  Django is set up only now

    actor = System("alcaide import")
    try:
        with path.open("rb") as stream:
            services.look_at(stream, size_bytes=path.stat().st_size)
            stream.seek(0)
            file = files.store(stream, path.name, actor=actor, cap_bytes=settings.UPLOAD_CAP_BYTES)
        taken = services.take_in(actor, file=file, unit=unit, zone=zone, force=again, progress=_say_progress)
    except OSError as fault:
        return _refuse(path, fault.strerror or str(fault))
    except (IntakeError, OlderEdition, FileTooLarge, StoreUnwritable) as fault:
        return _refuse(path, str(fault))
    return _tell(path, taken)


def _tell(path: Path, taken: "Report | Feed") -> bool:
    if taken.state != "done":
        return _refuse(path, taken.reason)
    say(f"{path.name}: {_result(taken)}")
    for notice in taken.notices:
        say(f"  note: {notice}")
    return True


def _result(taken: "Report | Feed") -> str:
    from alcaide.threats.models import Feed  # noqa: PLC0415  needs the house, loaded by the caller

    if isinstance(taken, Feed):
        return f"{taken.rows:,} rows; {taken.added:,} added, {taken.changed:,} changed, {taken.removed:,} taken off"
    counts = taken.counts
    parts = ("new", "changed", "unchanged", "reopened", "information", "doubled", "quarantined")
    told = ", ".join(
        f"{counts[name]:,} {'set aside' if name == 'quarantined' else name}" for name in parts if counts[name]
    )
    beside = f"{counts['hosts']:,} hosts, {counts['assets_new']:,} of them new; {counts['closed']:,} findings closed"
    return f"{counts['items']:,} records: {told or 'none'}; {beside}"


def _refuse(path: Path, why: str) -> bool:
    sys.stderr.write(f"alcaide: {path.name}: {why}\n")
    return False


def _say_progress(rows: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r  {rows:,} rows")
        sys.stderr.flush()


def _renew_limits() -> None:
    """A feed may have moved limits; the worker would see it too, but not before its next look."""
    from alcaide.common.trail import System  # noqa: PLC0415  needs the house, loaded by the caller
    from alcaide.exposure.services import renew_limits  # noqa: PLC0415  Django is set up only now

    renew_limits(System("alcaide import"))


IMPORT = Command("import", "bring in reports of scanners and threat feeds", _arguments, _run)
