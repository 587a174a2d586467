"""What monitors offer to the house at its start."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alcaide.common import eyes, files, guards, registries
from alcaide.common.models import EyesRequest, MonitorLook, MonitorSetting, Unmasking, User
from alcaide.common.notices.kinds import Kind, Way, offer_kind
from alcaide.common.permissions import scope_of

from . import services
from .about_me import offer_held
from .held_of import held
from .house import declare_house
from .jobs import repeat
from .keys import AGREE_COUNCIL, AGREE_DPO, COUNCIL_AGREES, DPO_AGREES, KIND, RECORD, SEE, SEE_USE
from .queries import label_of, setting_subject, unmasking_subject, unmaskings
from .tables import state_words
from .views import may_read_agreement


def offer_monitors() -> None:
    """Declare the house's monitors, and offer acts, names and entries. Called from `AppConfig.ready`."""
    declare_house()
    for label in ("MonitorVersion", "MonitorLook", "MonitorRemark"):
        guards.keep(f"common.{label}", keys=("id",))
    for key, answer in ((AGREE_COUNCIL, COUNCIL_AGREES), (AGREE_DPO, DPO_AGREES)):
        eyes.offer(
            eyes.Act(
                key, _("Agreement to a monitor"), ask=RECORD, answer=answer, apply=services.agree,
                check=services.check_agreement, changes=_terms, see=SEE, lives_days=60,
            )
        )  # fmt: skip
    offer_kind(Kind(KIND, _("Monitors of people"), _("What is new, asked and shown."), "fingerprint", Way.DIGEST))
    registries.offer_subject(MonitorSetting.SUBJECT, "Monitor in a unit", setting_subject)
    registries.offer_subject(Unmasking.SUBJECT, "Name asked for", unmasking_subject)
    registries.offer_nav(registries.NavItem("House", "Monitors", "monitors", "fingerprint", 935, SEE))
    registries.offer_audit("monitors", _("Monitors and shown names"), _audit)
    files.offer_owner("monitors", may_read_agreement)
    offer_held("common", held)
    repeat()


def _terms(request: EyesRequest) -> Sequence[eyes.Change]:
    """Return what an agreement agrees to, line by line."""
    uid = request.about.partition(":")[2]
    row = MonitorSetting.objects.select_related("agreement").filter(uid=uid).first()
    if row is None:
        return ()
    body = row.declared
    agreement = row.agreement.name if row.agreement else row.no_agreement_why
    told: list[tuple[object, object]] = [
        (_("What it watches"), body.get("watches", "")), (_("Reads"), ", ".join(body.get("fields", {}).values())),
        (_("Does not"), " ".join(body.get("does_not", []))), (_("Purpose"), row.purpose),
        (_("Legal basis"), row.get_basis_display()), (_("Agreement"), agreement),
        (_("Days read back"), row.retention_days), (_("Who reads it"), ", ".join(row.viewers)),
        (_("From"), row.since), (_("With everything below"), _("Yes") if row.with_below else _("No")),
        (_("Works council"), f"{row.get_council_display()}: {row.council_on}, {row.council_by}"),
    ]  # fmt: skip
    return [eyes.Change(str(label), "", str(value)) for label, value in told]


def _audit(user: User, first: datetime, last: datetime) -> registries.AuditPart | None:
    """Tell the auditor of look-ups and shown names in a period."""
    if not scope_of(user).covers_all(SEE_USE):
        return None
    asked = unmaskings(user).filter(asked_at__gte=first, asked_at__lt=last)
    looks = MonitorLook.objects.filter(at__gte=first, at__lt=last)
    rows = [
        registries.AuditRow(
            row.asked_at, f"{label_of(row.monitor)}: {row.pseudonym}, {state_words(row)}", row.asked_by.name, row.why,
            reverse("unmasking", args=[row.uid]),
        )
        for row in asked[: registries.AUDIT_ROWS]
    ]  # fmt: skip
    counts = (
        (_("Look-ups, names masked"), looks.filter(how="masked").count()),
        (_("Look-ups of one named person"), looks.filter(how="named").count()),
        (_("Names shown"), asked.filter(granted_at__isnull=False).count()),
    )
    return registries.AuditPart(rows, counts, reverse("unmaskings"), asked.count())
