"""What retention offers to the house at its start."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alcaide.common import eyes
from alcaide.common.models import PurgeRun, RetentionAsk, RetentionRule
from alcaide.common.notices import Kind, offer_kind
from alcaide.common.registries import NavItem, Subject, offer_due, offer_nav, offer_subject

from .due import due
from .house import offer_rules
from .jobs import repeat
from .queries import CHANGE, PURGE_RULE, SEE, ledger, registered
from .services import KIND


def offer_retention() -> None:
    """Offer the side bar's entries, rules of the shared room, what is due and what repeats. Called from `ready`."""
    offer_rules()
    eyes.offer(
        eyes.Act(
            PURGE_RULE, _("Rule by which data is purged"), ask=CHANGE, answer=CHANGE, of=RetentionAsk.SUBJECT,
            answered_in=("alcaide.common.retention.services.answer",), see=SEE, queue="retention",
        )
    )  # fmt: skip
    repeat()
    offer_kind(Kind(KIND, _("The retention of data changes"), icon="hourglass"))
    offer_due("common.retention", due)
    offer_subject(RetentionRule.SUBJECT, "Retention rule", _rule)
    offer_subject(RetentionAsk.SUBJECT, "Retention rule", _ask)
    offer_subject(PurgeRun.SUBJECT, "Purge", _run)
    offer_nav(NavItem("House", "Retention", "retention", "hourglass", 940, SEE))
    offer_nav(NavItem("House", "Ledger of purges", "purges", "list-check", 945, SEE))


def _rule(uid: str, user: Any) -> Subject | None:
    row = registered(user).filter(uid=uid).first()
    return Subject(row.label, reverse("retention-rule", args=[row.key])) if row else None


def _ask(uid: str, user: Any) -> Subject | None:
    asked = RetentionAsk.objects.select_related("rule").filter(uid=uid).first()
    return _rule(str(asked.rule.uid), user) if asked else None


def _run(uid: str, user: Any) -> Subject | None:
    row: PurgeRun | None = ledger(user).filter(uid=uid).first()
    return Subject(row.key, reverse("purge-run", args=[row.uid])) if row else None
