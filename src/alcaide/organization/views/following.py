"""Pages of the rules by which roles follow the personnel list, and of what one person may do where."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import words
from alcaide.common.permissions import permissions, require, scope_of
from alcaide.common.rights.doors import OWN, rule
from alcaide.common.rights.queries import could_do
from alcaide.common.rights.views import asked_day, end_of_day
from alcaide.organization import services
from alcaide.organization.forms_roles import FollowRuleForm, GraceForm
from alcaide.organization.models import GRANT, SEE_RIGHTS, FollowRule
from alcaide.organization.queries import (
    Following,
    follow_rules,
    following,
    grants,
    people,
    role_words_of,
    root_unit,
    the_organization,
    today,
    who_follows,
    with_words,
)
from alcaide.organization.tables_roles import state_words

from .asking import Asking, ask, kept

MOST_SHOWN = 100


@rule(GRANT, reach="all")
@require_safe
def rules_page(request: Asking) -> HttpResponse:
    """Show the rules, and what they would change if they were let at it now."""
    require(request.user, GRANT, unit_id=root_unit().pk)
    rows = list(follow_rules())
    names = role_words_of(row.role for row in rows)
    return render(
        request,
        "organization/follow_rules.html",
        {
            "rules": [(row, names[row.role]) for row in rows],
            "answer": ngettext("%(n)s rule gives roles.", "%(n)s rules give roles.", len(rows))
            % {"n": words.count(len(rows))},
            "grace": the_organization().grace_days,
            **_told(following(who_follows())),
        },
    )


@rule(GRANT, reach="all")
def rule_new(request: Asking) -> HttpResponse:
    """Say a rule: first what it would change is shown, then it is made."""
    require(request.user, GRANT, unit_id=root_unit().pk)
    form = FollowRuleForm(request.POST or None, user=request.user)
    about = {}
    if request.method == "POST" and form.is_valid():
        given = form.values
        if given.pop("sure"):
            made = kept(form, services.make_rule, request.user, **given)
            if made is not None:
                messages.success(request, _("The rule holds. Changed for %(n)s people.") % {"n": words.count(made[1])})
                return redirect("follow-rules")
        else:
            tried = FollowRule(**given)
            about = {**_told(following(who_follows(), rules=[*follow_rules(), tried])), "tried": True}
            form = FollowRuleForm({**request.POST.dict(), "sure": "1"}, user=request.user)
            form.is_valid()
    shown = {
        "form": form, "answer": _("Which role follows the personnel list?"), "back_url": reverse("follow-rules"),
        "rest": _("Nothing changes before you have seen what would."), **about,
        "act": _("Let it hold") if about else _("Show what would change"),
    }  # fmt: skip
    return render(request, "organization/rule_new.html", shown, status=422 if form.errors else 200)


@rule(GRANT, reach="all")
@require_POST
def rule_retire(request: Asking, uid: str) -> HttpResponse:
    """End a rule."""
    changed = services.retire_rule(request.user, get_object_or_404(FollowRule, uid=uid))
    messages.success(request, _("The rule has ended. Changed for %(n)s people.") % {"n": words.count(changed)})
    return redirect("follow-rules")


@rule(GRANT, reach="all")
def grace_edit(request: Asking) -> HttpResponse:
    """Say how many days a role granted by hand lasts after a move."""
    require(request.user, GRANT, unit_id=root_unit().pk)
    form = GraceForm(request.POST or None, initial={"days": the_organization().grace_days})
    if request.method == "POST" and form.is_valid() and kept(form, services.set_grace, request.user, **form.values):
        messages.success(request, _("Saved."))
        return redirect("follow-rules")
    return ask(
        request, form, answer=_("How long does a role last after a move?"), back_url=reverse("follow-rules"),
    )  # fmt: skip


@rule(SEE_RIGHTS, owner=(OWN,))
@require_safe
def person_rights(request: Asking, uid: str) -> HttpResponse:
    """Show what a person may do where, today or on a past day, and every role they were ever granted."""
    person = get_object_or_404(people(request.user).select_related("unit", "user"), uid=uid)
    if person.user_id != request.user.pk:
        require(request.user, SEE_RIGHTS, unit_id=person.unit_id)
    day = asked_day(request)
    could = could_do(person.user, end_of_day(day)) if person.user else {}
    seen = {label.pk for label in scope_of(request.user).labels} | scope_of(request.user).stands_in
    rows = []
    for key, holders in could.items():
        places = {each.unit.name: each.role_words for each in holders if each.unit.pk in seen}
        if places:
            rows.append((permissions()[key], sorted(places.items())))
    held = grants(request.user).filter(user=person.user_id or 0).order_by("-from_on", "-id")[:MOST_SHOWN]
    return render(
        request,
        "organization/person_rights.html",
        {
            "person": person, "rows": rows, "day": day, "latest": today(),
            "grants": [(each, label, state_words(each, today())) for each, label in with_words(held)],
            "answer": _answer(len(rows), day, name=person.name),
        },
    )  # fmt: skip


def _answer(number: int, day: date | None, *, name: str) -> str:
    told = {"n": words.count(number), "name": name}
    if not number:
        nothing = _("%(name)s may do nothing in units that you see.")
        return (nothing if day is None else _("%(name)s could do nothing then in units that you see.")) % told
    if day is None:
        return ngettext("%(name)s may do %(n)s thing.", "%(name)s may do %(n)s things.", number) % told
    return ngettext("%(name)s could do %(n)s thing then.", "%(name)s could do %(n)s things then.", number) % told


def _told(changes: list[Following]) -> dict[str, object]:
    shown = changes[:MOST_SHOWN]
    names = role_words_of(
        role
        for each in shown
        for role in (*(key for _rule, key in each.gains), *(held.role for held in (*each.loses, *each.runs_out)))
    )
    return {
        "changes": [
            (each.person, [names[key] for _rule, key in each.gains], [names[held.role] for held in each.loses])
            for each in shown
        ],
        "changed": words.count(len(changes)),
        "is_cut": len(changes) > MOST_SHOWN,
    }
