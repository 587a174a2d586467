"""Writes of the board: decisions and printed packs."""

from collections.abc import Iterable
from io import BytesIO

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.board.models import DECIDE, PRINT, Decision, Pack
from alcaide.board.queries.pack import pack_content
from alcaide.board.typeset import typeset_pack
from alcaide.common.changes import note_change
from alcaide.common.files import store
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.trail import audit, write
from alcaide.controls.models import Measure
from alcaide.controls.services import adopt
from alcaide.organization.queries import root_unit
from alcaide.risk.models import Proposal, Run
from alcaide.risk.queries import figures, proposal_of

PACK_CAP_BYTES = 50 * 1024 * 1024


class NothingToPrint(ValidationError):
    """There is no run yet, or the reader may not see the whole of it."""

    def __str__(self) -> str:
        return " ".join(self.messages)


@write
def decide(actor: User, proposal: Proposal, *, measures: Iterable[Measure], note: str) -> Decision:
    """Adopt measures of a plan. Refused where a newer run has another plan, or a measure is no longer proposed."""
    require(actor, DECIDE, unit_id=root_unit().pk)
    newest = Proposal.objects.order_by("-id").first()
    if newest is not None and newest.pk != proposal.pk:
        raise ValidationError(_("There is a newer plan. Read that one and decide on it; nothing was adopted."))
    chosen = list(measures)
    if not chosen:
        raise ValidationError(_("Choose at least one measure, or leave the plan undecided."))
    made = Decision.objects.create(proposal=proposal, decided_by=actor, decided_at=timezone.now(), note=note)
    made.measures.set(chosen)
    for measure in chosen:
        adopt(actor, measure)
    audit(
        actor, "decide", subject=made.subject,
        after={"proposal": proposal.subject, "measures": sorted(each.subject for each in chosen), "note": note},
    )  # fmt: skip
    note_change("board", made.subject)
    return made


def print_pack(actor: User) -> Pack:
    """Print the newest run as a PDF, keep the file by its hash, and say so in the trail.

    The printing happens before the write, so that no lock is held while the page is set.
    """
    require(actor, PRINT, unit_id=root_unit().pk)
    shown = figures(actor)
    if shown is None or not shown.whole:
        raise NothingToPrint(_("There are no figures to print yet. Compute them first."))
    now = timezone.now()
    content = pack_content(shown, proposal=proposal_of(shown.run), made_at=now, made_by=actor)
    return _keep(actor, title=content.title, run_number=shown.run.number, pdf=typeset_pack(content), run=shown.run)


@write
def _keep(actor: User, *, title: str, run_number: int, pdf: bytes, run: Run) -> Pack:
    file = store(BytesIO(pdf), f"alcaide-pack-run-{run_number}.pdf", actor=actor, cap_bytes=PACK_CAP_BYTES)
    made = Pack.objects.create(run=run, file=file, title=title, made_by=actor, made_at=timezone.now())
    audit(actor, "print_pack", subject=made.subject, after={"title": title, "file": file.sha256})
    return made
