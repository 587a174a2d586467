"""Putting a file down as a report to be read, once per unit and zone."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from alcaide.common import files
from alcaide.common.jobs import enqueue
from alcaide.common.models import StoredFile, User
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.exposure.models import TAKE_IN, Report
from alcaide.intake.errors import IntakeError
from alcaide.intake.reading import open_report
from alcaide.intake.records import Quarantined, ServiceSeen, Weakness
from alcaide.intake.registry import Format
from alcaide.organization.models import Unit
from alcaide.threats import services as threats
from alcaide.threats.models import Feed

JOB = "exposure.read_report"
FEEDS = frozenset(dict(Feed.KINDS))
# A file of this size is read through in well under a second, so its faults can stand on the form.
LOOKED_THROUGH_BYTES = 2 << 20


class NothingToRead(IntakeError):
    """The file breaks off before it says anything."""


@write
def land(actor: Actor, *, file: StoredFile, unit: Unit, zone: str = "", force: bool = False) -> Report | Feed:
    """Put a stored file down to be read: as a report of the unit, or as a feed where it is one.

    Needs the right to bring in reports for the unit. The same bytes for the same unit and zone answer with the report
    that stands, and nothing is written; `force` reads them once more. Raises IntakeError where no reader knows the
    file or nothing in it can be read.
    """
    require(actor, TAKE_IN, unit_id=unit.pk)
    found = look(file)
    if found.key in FEEDS:
        return threats.land(actor, file=file, force=force)
    zone = " ".join(zone.split()).lower()[:60]
    held = Report.objects.filter(file=file, unit=unit, zone=zone).order_by("-again").first()
    if held is not None and not force:
        return held
    report = Report.objects.create(
        file=file, unit=unit, zone=zone, format=found.key, again=held.again + 1 if held else 0,
        brought_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    after = {"format": found.key, "unit": unit.subject, "zone": zone, "sha256": file.sha256}
    audit(actor, "land_report", subject=report.subject, after=after)
    return report


@write
def bring_in(actor: User, *, file: StoredFile, unit: Unit, zone: str = "", force: bool = False) -> Report | Feed:
    """Land a file and ask for the job that reads it; what was read already is not asked for again. See `land`."""
    landed = land(actor, file=file, unit=unit, zone=zone, force=force)
    if isinstance(landed, Feed):
        threats.ask_to_read(actor, landed)
    elif landed.state != "done":
        enqueue(
            JOB, key=landed.subject, about=gettext("Reading %(name)s") % {"name": file.name}, asked_by=actor,
            url=reverse("report", args=[landed.uid]), report=str(landed.uid),
        )  # fmt: skip
    return landed


def look(file: StoredFile) -> Format:
    """Return the format of a stored file; see `look_at`. Raises IntakeError, FileLost."""
    with files.open_stored(file) as stream:
        return look_at(stream, size_bytes=file.size_bytes)


def look_at(stream: Any, *, size_bytes: int) -> Format:
    """Return the format of a file; a small one is read through, so that what is wrong with it is known at once.

    Raises IntakeError.
    """
    with open_report(stream) as opened:
        if size_bytes > LOOKED_THROUGH_BYTES:
            return opened.format
        is_empty = not any(isinstance(record, Weakness | ServiceSeen | Quarantined) for record in opened.records())
        if is_empty and opened.format.key not in FEEDS and threats.is_cut(threats.in_words(opened.notices)):
            raise NothingToRead(
                gettext("The file breaks off before its first finding. Export the report again and bring in the whole.")
            )
        return opened.format
