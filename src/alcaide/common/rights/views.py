"""Who can see a record, today or on a past day, and by which rule."""

from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from alcaide.common import registries, words
from alcaide.common.asof.kinds import kind_of
from alcaide.common.people import signed_in
from alcaide.common.permissions import scope_of
from alcaide.common.rights.doors import SUBJECT, rule
from alcaide.common.rights.queries import Holder, kept_by, who_could

MOST_SHOWN = 200


def asked_day(request: HttpRequest) -> date | None:
    """Return the past day that the address asks for, None for today and for what is no day."""
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return None
    return day if day < timezone.localdate() else None


def end_of_day(day: date | None) -> datetime:
    """Return the last moment of a day, or now."""
    return timezone.now() if day is None else registries.end_of(day) - timedelta(microseconds=1)


@rule(SUBJECT)
@require_safe
def who_sees(request: HttpRequest, on: str) -> HttpResponse:
    """Show who can see a record, as which role and where that was granted."""
    user = signed_in(request)
    known = registries.subject_of(on, user)
    if known is None:
        raise Http404(_("There is no such record, or you may not see it."))
    kept, day = kept_by(on), asked_day(request)
    if day is not None and kind_of(on) is not None:
        # The unit where the record stood then, and the tree of then, count; this page knows those of today.
        return redirect(f"{reverse('as-of-who', args=[on])}?at={day.isoformat()}")
    holders = who_could(kept.permission, kept.unit_id, end_of_day(day)) if kept else []
    seen = {label.pk for label in scope_of(user).labels} | scope_of(user).stands_in
    shown = [each for each in holders if each.unit.pk in seen]
    return render(
        request,
        "common/rights/who_sees.html",
        {
            "known": known, "kept": kept, "day": day, "people": _by_person(shown)[:MOST_SHOWN],
            "answer": _answer(len({each.user.pk for each in shown}), day),
            "hidden": len({each.user.pk for each in holders} - {each.user.pk for each in shown}),
            "latest": timezone.localdate(),
        },
    )  # fmt: skip


def _by_person(holders: list[Holder]) -> list[tuple[str, list[Holder]]]:
    found: dict[int, tuple[str, list[Holder]]] = {}
    for each in holders:
        found.setdefault(each.user.pk, (each.user.name, []))[1].append(each)
    return list(found.values())


def _answer(number: int, day: date | None) -> str:
    told = {"n": words.count(number), "day": words.day(day, today=timezone.localdate()) if day else ""}
    if day is None:
        return ngettext("%(n)s person can see this.", "%(n)s people can see this.", number) % told
    return ngettext("%(n)s person could see this on %(day)s.", "%(n)s people could see this on %(day)s.", number) % told


RIGHTS_URLS: list[URLPattern] = [path("who/<str:on>/", who_sees, name="who-sees")]
