"""What the subjects of this room are called, and where their pages stand."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.permissions import scope_of
from alcaide.common.registries import Subject
from alcaide.common.trail import System
from alcaide.organization.queries import root_unit
from alcaide.risk.models import SEE, Proposal, Run, Scenario, Tolerance


def scenario_subject(uid: str, user: Any) -> Subject | None:
    """Name a scenario, retired ones too; None where the user may not see it."""
    key = _key(uid)
    found = Scenario.objects.visible_to(user).filter(uid=key).only("uid", "name").first() if key else None
    return Subject(found.name, reverse("scenario", args=[found.uid])) if found else None


def scenario_subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many scenarios at once."""
    found = Scenario.objects.visible_to(user).filter(uid__in=uids).only("uid", "name")
    return {str(each.uid): Subject(each.name, reverse("scenario", args=[each.uid])) for each in found}


def run_subject(uid: str, user: Any) -> Subject | None:
    """Name a run."""
    return run_subjects([uid], user).get(uid) if _key(uid) is not None else None


def run_subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many runs at once."""
    found = Run.objects.filter(uid__in=uids).values_list("uid", "number") if _may_see(user) else ()
    return {str(uid): Subject(_("run %(n)s") % {"n": number}, reverse("run", args=[uid])) for uid, number in found}


def proposal_subject(uid: str, user: Any) -> Subject | None:
    """Name a plan; only for whoever may see the whole."""
    key = _key(uid)
    if key is None or not _may_see(user, whole=True):
        return None
    number = Proposal.objects.filter(uid=key).values_list("run__number", flat=True).first()
    return Subject(_("plan of run %(n)s") % {"n": number}, reverse("plan")) if number else None


def tolerance_subject(uid: str, user: Any) -> Subject | None:
    """Name a request to tolerate a scenario; None where the user may not see the scenario."""
    key = _key(uid)
    found = Tolerance.objects.visible_to(user).select_related("scenario").filter(uid=key).first() if key else None
    if found is None:
        return None
    return Subject(_("“%(name)s”, tolerated") % {"name": found.scenario.name}, reverse("tolerance", args=[key]))


def budget_subject(uid: str, user: Any) -> Subject | None:
    """Name the budget; only for whoever may see the whole."""
    return Subject(_("the budget for measures"), reverse("plan")) if _may_see(user, whole=True) else None


def _may_see(user: Any, *, whole: bool = False) -> bool:
    if isinstance(user, System):
        return True
    return scope_of(user).allows(SEE, root_unit().pk if whole else None)


def _key(uid: str) -> UUID | None:
    try:
        return UUID(uid)
    except ValueError:
        return None
