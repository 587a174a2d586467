"""What counsel hands out of a matter: a ZIP whose every part is marked, and a log of who was given what."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.lists import csv_cell
from alcaide.common.models import Matter, MatterExport, MatterNote, User
from alcaide.common.permissions import require
from alcaide.common.trail import audit, write

from .queries import OPEN, Within
from .sealing import unseal
from .services import directed, open_sealed

MARK = "PRIVILEGED AND CONFIDENTIAL"
Kind = MatterNote.Kind


@dataclass(frozen=True)
class Exported:
    """A file that was made, and its line in the log."""

    content: bytes
    name: str
    log: MatterExport


@write
def export(actor: User, matter: Matter, *, to_whom: str, with_advice: bool) -> Exported:
    """Write facts, tasks, files and, where asked, advice into a ZIP, and log it. Drafts stay. For its counsel.

    Raises Refused, ValidationError, FileLost.
    """
    require(actor, OPEN)
    inside = directed(actor, matter)
    if not to_whom.strip():
        raise ValidationError({"to_whom": _("Say for whom it is.")})
    content, records = _packed(inside, with_advice=with_advice)
    log = inside.make(
        MatterExport, by=actor, at=timezone.now(), to_whom=to_whom.strip()[:200], with_advice=with_advice,
        sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), records=records,
    )  # fmt: skip
    after = {"to_whom": log.to_whom, "with_advice": with_advice, "sha256": log.sha256, "records": records}
    audit(actor, "export_matter", subject=log.subject, after=after)
    return Exported(content, f"matter-{inside.matter.number}-privileged.zip", log)


def _packed(inside: Within, *, with_advice: bool) -> tuple[bytes, int]:
    matter, out, records = inside.matter, io.BytesIO(), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("READ-FIRST.txt", f"{MARK}\n\nMatter {matter.number}: {matter.title}\n{matter.ground_text}\n")
        for kind in (Kind.FACT, Kind.ADVICE) if with_advice else (Kind.FACT,):
            notes = list(inside.notes(kind).order_by("id"))
            rows = [[each.created_at.isoformat(), each.written_by.name, each.text, each.source] for each in notes]
            packed.writestr(f"{kind}-privileged.csv", _csv(["written", "by", "text", "source"], rows))
            records += len(rows)
        tasks = [[each.text, each.owner.name, each.due_on, each.done_at] for each in inside.tasks]
        packed.writestr("tasks-privileged.csv", _csv(["task", "owner", "due", "done"], tasks))
        for each in inside.files:
            with open_sealed(each) as sealed:
                packed.writestr(f"files/{each.pk}-{each.name}", unseal(sealed.read(), key=each.key_secret))
        records += len(tasks) + inside.files.count()
    return out.getvalue(), records


def _csv(heading: list[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([MARK])
    writer.writerow(heading)
    writer.writerows([[csv_cell(cell) for cell in row] for row in rows])
    return text.getvalue()
