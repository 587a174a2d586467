"""What this room answers when the house asks: names of subjects, who may read a file, the side bar's number."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from alcaide.common.counts import capped
from alcaide.common.models import StoredFile, User
from alcaide.common.registries import Subject
from alcaide.exposure.models import Action, Decision, Finding, Report

from .findings import is_past_limit, reports


def finding_subject(uid: str, user: Any) -> Subject | None:
    """Name a finding; None where it is gone or not to be seen."""
    try:
        found = Finding.objects.visible_to(user).filter(uid=uid).only("uid", "name").first()
    except ValidationError:
        return None
    return Subject(found.name, reverse("finding", args=[found.uid])) if found else None


def finding_subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many findings at once."""
    found = Finding.objects.visible_to(user).filter(uid__in=uids).only("uid", "name")
    return {str(each.uid): Subject(each.name, reverse("finding", args=[each.uid])) for each in found}


def action_subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many actions at once."""
    found = Action.objects.visible_to(user).filter(uid__in=uids).only("uid", "title")
    return {str(each.uid): Subject(each.title, reverse("action", args=[each.uid])) for each in found}


def decision_subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many exceptions at once."""
    found = Decision.objects.visible_to(user).filter(uid__in=uids).only("uid", "title")
    return {str(each.uid): Subject(each.title, reverse("exception", args=[each.uid])) for each in found}


def report_subject(uid: str, user: Any) -> Subject | None:
    """Name a report; None where it is gone or not to be seen."""
    try:
        return report_subjects([uid], user).get(uid)
    except ValidationError:
        return None


def report_subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many reports at once."""
    found = reports(user).filter(uid__in=uids)
    return {str(each.uid): Subject(each.file.name, reverse("report", args=[each.uid])) for each in found}


def may_read_file(file: StoredFile, user: Any) -> bool:
    """Tell whether the file is one of a report that the user sees."""
    return Report.objects.visible_to(user).filter(file=file).exists()


def late_count(user: User) -> int:
    """Return how many findings are past their limit, up to the cap of counts."""
    return capped(Finding.objects.visible_to(user).filter(is_past_limit())).shown


def action_subject(uid: str, user: Any) -> Subject | None:
    """Name an action; None where it is gone or not to be seen."""
    try:
        found = Action.objects.visible_to(user).filter(uid=uid).only("uid", "title").first()
    except ValidationError:
        return None
    return Subject(found.title, reverse("action", args=[found.uid])) if found else None


def decision_subject(uid: str, user: Any) -> Subject | None:
    """Name an exception; None where it is gone or not to be seen."""
    try:
        found = Decision.objects.visible_to(user).filter(uid=uid).only("uid", "title").first()
    except ValidationError:
        return None
    return Subject(found.title, reverse("exception", args=[found.uid])) if found else None
