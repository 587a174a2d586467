"""What the shared room itself keeps, and for how long it proposes to."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from alcaide.common.files import place_of
from alcaide.common.jobs.upkeep import KEEPING, old_tracks
from alcaide.common.models import BulkChunk, Comment, JobTrack, Letter, Notice, Sent, SheetLine, StoredFile, Undo
from alcaide.common.purging.running import in_use
from alcaide.common.trail import Actor

from .declared import Rule, offer_rule

OURS = _("Our own proposal. No law sets a number of days for this.")
MINIMAL = _(
    "Our own proposal. The law sets no number: data may be kept no longer than its purpose needs "
    "(Article 5(1)(e) GDPR)."
)  # fmt: skip
GDPR = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
CNIL = "https://www.cnil.fr/fr/la-cnil-publie-une-recommandation-relative-aux-mesures-de-journalisation"


def unreferenced(cut: datetime) -> QuerySet[StoredFile]:
    """Return the files that nothing refers to: no record, and no change list of a bulk write."""
    listed = BulkChunk.objects.filter(digest=OuterRef("sha256"))
    return StoredFile.objects.filter(created_at__lt=cut).exclude(in_use(StoredFile)).exclude(Exists(listed))


def _off_the_disk(_actor: Actor, keys: list[Any]) -> None:
    """Take the contents away once their rows are gone; one that came again meanwhile stays."""
    hashes = list(StoredFile.objects.filter(pk__in=keys).values_list("sha256", flat=True))

    def unlink() -> None:
        again = set(StoredFile.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))
        for each in set(hashes) - again:
            place_of(each).unlink(missing_ok=True)

    transaction.on_commit(unlink)


def _sign_ins() -> Rule | None:
    """The log of the door, where this installation has one."""
    model: Any = apps.all_models["common"].get("signinline")
    if model is None:
        return None
    return Rule(
        "sign_ins", _("Sign-in log"), _("Who signed in or was refused, how, from which address and device."),
        model._meta.label, lambda cut: model._base_manager.filter(at__lt=cut), _("the moment at the door"), 365,
        _("To find misuse of sign-ins, and to clear up an incident."),
        _("A recommendation, not a law: the French authority CNIL advises six months to a year for such logs "
          "(Délibération n° 2021-122)."), link=CNIL,
    )  # fmt: skip


def offer_rules() -> None:
    """Declare the shared room's classes of data. Called from `AppConfig.ready`."""
    signing = _sign_ins()
    if signing is not None:
        offer_rule(signing)
    offer_rule(
        Rule(
            "notices", _("Notices"), _("What the bell told people, and where it leads."), Notice._meta.label,
            lambda cut: Notice.objects.filter(at__lt=cut), _("the day it was told"), 365,
            _("So that people find again what they were told."), MINIMAL, link=GDPR,
        ),
        Rule(
            "letters", _("Letters"), _("E-mails that the house sent: to whom, when, and what the server said."),
            Letter._meta.label,
            lambda cut: Letter.objects.filter(created_at__lt=cut).exclude(state__in=["waiting", "sending"]),
            _("the day it was written"), 365, _("To prove that somebody was told."), MINIMAL, link=GDPR,
        ),
        Rule(
            KEEPING, _("Jobs that ended"), _("What the house worked on, who asked, how it ended."),
            JobTrack._meta.label, old_tracks, _("the end of the job"), 30,
            _("So that people see what became of what they asked for."), OURS,
            built_in=True, run_by=_("Run by the job that removes jobs of long ago, each day at 03:40 UTC."),
        ),
        Rule(
            "undo", _("What an undo would put back"), _("Rows as they stood before a bulk act, for its undo."),
            Undo._meta.label, lambda cut: Undo.objects.filter(until__lt=cut),
            _("the moment after which it can no longer be undone"), 1, _("To take a bulk act back."), OURS,
            built_in=True,
        ),
        Rule(
            "sent_once", _("Forms taken in once"), _("Keys of forms that phones sent, so that none is taken in twice."),
            Sent._meta.label, lambda cut: Sent.objects.filter(at__lt=cut), _("the day it came"), 30,
            _("A phone keeps a form for 72 hours at most."), OURS, built_in=True,
        ),
        Rule(
            "comments", _("Comments"), _("What people said of records."), Comment._meta.label,
            lambda cut: Comment.objects.filter(changed_at__lt=cut, removed_at=None), _("the last change"), 3650,
            _("Comments explain records and go with them."), OURS, then="ask",
        ),
        Rule(
            "import_lines", _("Lines of imports"), _("What became of each line of an imported sheet, for its undo."),
            SheetLine._meta.label,
            lambda cut: SheetLine.objects.filter(imported__finished_at__lt=cut, phase="done"),
            _("the end of the import"), 400, _("To undo an import, and to see what a line changed."), MINIMAL,
            link=GDPR,
        ),
        Rule(
            "files", _("Files that nothing refers to"), _("Kept files of which no record speaks any more."),
            StoredFile._meta.label, unreferenced, _("the day it was stored"), 90,
            _("None; they were left over."), MINIMAL, link=GDPR, also=_off_the_disk,
        ),
    )  # fmt: skip
