"""Pages of what a unit says of itself: the questions, and one answer with its history."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from alcaide.common import words
from alcaide.common.money import Money
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization import services
from alcaide.organization.forms_more import FactForm
from alcaide.organization.models import CHANGE, SEE_FACTS, Unit
from alcaide.organization.queries import Known, NoSuchFact, fact, fact_history, fact_kind, facts_of, the_organization

from .asking import Asking, ask, kept


@rule(SEE_FACTS)
@require_safe
def facts(request: Asking, uid: str) -> HttpResponse:
    """Show what a unit says of itself, and what nobody knows yet."""
    unit = _unit(request, uid)
    found = list(facts_of(unit).values())
    known = sum(each.is_known for each in found)
    answer = ngettext("%(n)s fact is known of %(unit)s.", "%(n)s facts are known of %(unit)s.", known)
    left = len(found) - known
    about = {
        "unit": unit,
        "answer": answer % {"n": words.count(known), "unit": unit.name},
        "rest": ngettext("%(n)s is open.", "%(n)s are open.", left) % {"n": words.count(left)} if left else "",
        "known": known,
        "open": left,
        "groups": _groups(found),
        "may_change": scope_of(request.user).allows(CHANGE, unit.pk),
    }
    return render(request, "organization/facts.html", about)


@rule(CHANGE)
def fact_edit(request: Asking, uid: str, key: str) -> HttpResponse:
    """Answer one question; the earlier answers stand beneath."""
    unit = _unit(request, uid)
    require(request.user, CHANGE, unit_id=unit.pk)
    try:
        kind = fact_kind(key)
    except NoSuchFact as fault:
        raise Http404(_("There is no such question.")) from fault
    form = FactForm(request.POST or None, known=fact(unit, key), currency=the_organization().currency)
    if request.method == "POST" and form.is_valid():
        given = form.values
        opened = given.pop("opened")
        made = kept(
            form, services.say_fact, request.user, services.Said(**given), unit=unit, key=key, opened_fact=opened
        )
        if made is not None:
            messages.success(request, _("Kept; the earlier answer stays in its history."))
            return redirect("unit-facts", uid=unit.uid)
    return ask(
        request, form, answer=kind.question, rest=kind.why, act=_("Keep the answer"),
        back_url=reverse("unit-facts", args=[unit.uid]),
    )  # fmt: skip


@rule(SEE_FACTS)
@require_safe
def fact_told(request: Asking, uid: str, key: str) -> HttpResponse:
    """Show all that was ever said of a fact."""
    unit = _unit(request, uid)
    try:
        rows = list(fact_history(unit, key)[:100])
    except NoSuchFact as fault:
        raise Http404(_("There is no such question.")) from fault
    told = [
        (row, value_words(Known(fact_kind(key), "unknown" if row.value is None else "known", row.value)))
        for row in rows
    ]
    about = {"unit": unit, "kind": fact_kind(key), "rows": told}
    return render(request, "organization/fact_history.html", about)


def value_words(known: Known) -> str:  # noqa: PLR0911  one return per type is the clearest table
    """Return an answer in words."""
    value: Any = known.value
    match known.kind.type if known.is_known else "":
        case "":
            return _("Not known yet")
        case "yes_no":
            return _("Yes") if value else _("No")
        case "number":
            return words.count(value)
        case "range":
            return f"{words.count(value['low'])}–{words.count(value['high'])}"
        case "money":
            amount = Money(value["minor"], value["currency"])
            return f"{words.money_full(amount.major, amount.currency)}, {value['year']}"
        case "codes" | "countries":
            return ", ".join(value) or _("none")
    return str(value)


def _groups(found: list[Known]) -> list[tuple[str, list[tuple[Known, str]]]]:
    groups: dict[str, list[tuple[Known, str]]] = {}
    for each in found:
        groups.setdefault(each.kind.group, []).append((each, value_words(each)))
    return list(groups.items())


def _unit(request: Asking, uid: str) -> Unit:
    require(request.user, SEE_FACTS)
    seen = Unit.objects.filter(pk__in=scope_of(request.user).units_for(SEE_FACTS))
    found: Unit = get_object_or_404(seen, uid=uid)
    return found
