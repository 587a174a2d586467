"""The page of a record as it was, and who could see it then."""

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from alcaide.common import registries, words
from alcaide.common.asof import moments
from alcaide.common.asof.kinds import kind_of
from alcaide.common.asof.queries import CouldSee, NotThere, record, who_could_see
from alcaide.common.asof.values import moment_words
from alcaide.common.lists.exports import BOM, csv_cell
from alcaide.common.models import User
from alcaide.common.people import signed_in
from alcaide.common.permissions import scope_of
from alcaide.common.rights.doors import SUBJECT, rule
from alcaide.common.rights.queries import Holder
from alcaide.common.trail import audit, writing

MOST_SHOWN = 200
FILE_HEADS = ("Name", "E-mail", "Role", "Granted in", "From", "Until")


@rule(SUBJECT)
@require_safe
def as_of(request: HttpRequest, on: str) -> HttpResponse:
    """Show a record as it was at a moment."""
    user = signed_in(request)
    asked = _asked(request)
    try:
        then = record(on, asked.moment, user)
    except NotThere as fault:
        raise Http404(str(fault)) from fault
    about = {
        "then": then, "said": moment_words(then.made_at),
        "unknown": [each for each in then.fields if not each.is_known],
        "since": _since(then.changed_since),
    }  # fmt: skip
    return render(request, "common/asof/as_of.html", {**_about(asked, on), **about}, status=422 if asked.fault else 200)


@rule(SUBJECT)
@require_http_methods(["GET", "HEAD", "POST"])
def as_of_who(request: HttpRequest, on: str) -> HttpResponse:
    """Show who could see a record at a moment; sent as a form, hand it out as a file."""
    user = signed_in(request)
    asked = _asked(request)
    known = registries.subject_of(on, user) if kind_of(on) else None
    if known is None:
        raise Http404(_("There is no such record, or you may not see it."))
    try:
        found = who_could_see(on, asked.moment, user)
    except NotThere as fault:
        raise Http404(str(fault)) from fault
    shown, hidden = _shown(found, user)
    if request.method == "POST":
        return _file(user, on, asked, shown)
    people = _by_person(shown)
    return render(
        request, "common/asof/who.html",
        {**_about(asked, on), "known": known, "found": found, "people": people[:MOST_SHOWN], "hidden": hidden,
         "left": max(0, len(people) - MOST_SHOWN), "answer": _answer(len(people), asked)},
        status=422 if asked.fault else 200,
    )  # fmt: skip


def _since(number: int) -> str:
    if not number:
        return _("The trail has no line about it since then.")
    said = ngettext(
        "The trail has %(n)s line about it since then.", "The trail has %(n)s lines about it since then.", number
    )
    return said % {"n": words.count(number)}


def _asked(request: HttpRequest) -> moments.Asked:
    return moments.asked(request.GET.get("at", ""), second=request.GET.get("second", ""))


def _about(asked: moments.Asked, on: str) -> dict[str, Any]:
    """Return what both pages say of the moment."""
    typed = moments.typed_of(asked.moment)
    again = "&second=1" if asked.is_second else ""
    query = "" if asked.is_now else f"?at={typed}{again}"
    return {
        "asked": asked, "on": on, "typed": typed, "latest": moments.latest(), "query": query,
        "moment": moment_words(asked.moment), "zone": str(moments.house_zone()),
        "here": reverse("as-of", args=[on]), "who": reverse("as-of-who", args=[on]),
    }  # fmt: skip


def _shown(found: CouldSee | None, user: User) -> tuple[list[Holder], int]:
    """Return the holders in units that the reader knows, and how many people hold it elsewhere only."""
    holders = found.holders if found else ()
    seen = {label.pk for label in scope_of(user).labels} | scope_of(user).stands_in
    shown = [each for each in holders if each.unit.pk in seen]
    return shown, len({each.user.pk for each in holders} - {each.user.pk for each in shown})


def _by_person(holders: list[Holder]) -> list[tuple[str, list[Holder]]]:
    found: dict[int, tuple[str, list[Holder]]] = {}
    for each in holders:
        found.setdefault(each.user.pk, (each.user.name, []))[1].append(each)
    return list(found.values())


def _answer(number: int, asked: moments.Asked) -> str:
    told = {"n": words.count(number)}
    if asked.is_now:
        return ngettext("%(n)s person can see this.", "%(n)s people can see this.", number) % told
    return ngettext("%(n)s person could see this.", "%(n)s people could see this.", number) % told


def _file(user: User, on: str, asked: moments.Asked, shown: list[Holder]) -> HttpResponse:
    """Answer with the list as a file. The trail is told before it leaves."""
    told = {"format": "csv", "rows": len(shown), "asked": f"{on} at {asked.moment.isoformat()}"}
    with writing():
        audit(user, "export", subject="common.list:who-could-see", after={**told, "columns": list(FILE_HEADS)})
    text = io.StringIO()
    text.write(BOM)
    writer = csv.writer(text)
    writer.writerow(FILE_HEADS)
    for each in shown:
        row = (each.user.name, each.user.email, each.role_words, each.unit.name, each.grant.from_on,
               each.grant.until_on)  # fmt: skip
        writer.writerow([csv_cell(value) for value in row])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"who-could-see-{timezone.localtime(asked.moment, moments.house_zone()):%Y-%m-%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


AS_OF_URLS: list[URLPattern] = [
    path("as-of/<str:on>/", as_of, name="as-of"),
    path("as-of/<str:on>/who/", as_of_who, name="as-of-who"),
]
