"""Pages of measures: the list, one measure, proposing and changing it, its steps, its rules."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from alcaide.common.lists import BulkAct, Choice, Column, FirstDay, Flag, Listing, ListPage, Page, Typed, View, Words
from alcaide.common.models import User
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.common.talk import TALK, Tagged
from alcaide.common.talk.views_tags import tag_view
from alcaide.common.words import day, money, money_range
from alcaide.organization.queries import the_organization, units_to_choose

from . import services
from .forms import LinkForm, MeasureForm, put_faults
from .models import ADOPT, CHANGE, SEE, Measure, MeasureLink, MeasureTest
from .queries import AVOIDS, NO_PRICE, Price, is_drifted, prices_of, with_price


class Asking(HttpRequest):
    """A request of somebody who is signed in; the door lets no other through."""

    user: User


OPEN = Q(state__in=("proposed", "adopted"))


def _rows(user: Any) -> QuerySet[Measure]:
    return with_price(Measure.objects.select_related("unit", "owner"), figure=AVOIDS, name="avoids_minor")


def _dress(rows: Sequence[Any], user: Any) -> None:
    """Hang on each measure of a page what it would avoid."""
    prices = prices_of([row.subject for row in rows], figure=AVOIDS)
    for row in rows:
        price = prices.get(row.subject)
        row.avoids_minor = price.amount.minor if price else NO_PRICE
        row.price = price if is_open(row) else None


def _avoids(row: Any) -> str:
    return money(row.price.amount.major, row.currency) if row.price else _("not known")


def _avoids_range(row: Any) -> str:
    price: Price | None = row.price
    return money_range(price.low.major, price.high.major, currency=row.currency) if price else ""


def _must(row: Any) -> str:
    return row.mandatory_why if row.mandatory else _("no")


def is_late(measure: Any) -> bool:
    """Tell whether an adopted measure should stand by now."""
    return measure.state == "adopted" and measure.due_on is not None and measure.due_on < timezone.localdate()


def _row_state(row: Any) -> str:
    return "late" if is_late(row) or row.drifted_since(timezone.localdate()) else ""


def _tests_say(row: Any) -> str:
    if row.state != "in_place":
        return _("does not stand yet")
    results = dict(MeasureTest.RESULTS)
    return str(results[row.last_result]) if row.last_result else _("never tested")


def _tests_when(row: Any) -> str:
    today = timezone.localdate()
    since = row.drifted_since(today)
    if since:
        return _("drifted since %(on)s") % {"on": day(since, today=today)}
    if row.state == "in_place" and row.test_due_on:
        return _("next by %(on)s") % {"on": day(row.test_due_on, today=today)}
    return ""


def _hours(row: Any) -> str:
    """Write the hours of a measure with one place at most; nothing where none are said."""
    said = f"{row.effort_hours:,.1f}".removesuffix(".0")
    return _("%(n)s h") % {"n": said} if row.effort_hours else ""


def _by_owner(typed: str) -> Q:
    """Return the condition for measures of whoever is called so; thousands own one, too many to tick."""
    return Q(owner__name__icontains=typed.strip())


def _drifted() -> Q:
    return is_drifted(timezone.localdate())


def _overdue_test() -> Q:
    return Q(state="in_place", test_due_on__lt=timezone.localdate())


def _late() -> Q:
    return Q(state="adopted", due_on__lt=timezone.localdate())


LISTING = Listing(
    name="measures",
    label=lazy("Measures"),
    rows=_rows,
    sort="-avoids",
    dress=_dress,
    state=_row_state,
    columns=(
        Column("name", lazy("Measure"), order="name", role="lead", piece="controls/_measure_name.html"),
        Column("avoids", lazy("Would avoid a year"), _avoids, _avoids_range, order="avoids_minor", numeric=True,
               role="side", export=lambda row: row.price.amount.major if row.price else None),
        Column("cost", lazy("Costs a year"), "cost", order="cost_minor", numeric=True, role="per",
               export=lambda row: row.cost.major),
        Column("effort", lazy("Hours"), _hours, order="effort_hours", numeric=True, export="effort_hours"),
        Column("state", lazy("Stands"), "get_state_display", order="state", piece="controls/_state.html"),
        Column("due", lazy("By"), lambda row: row.due_on or _("no date"), role="limit", export="due_on"),
        Column("owner", lazy("Who"), lambda row: row.owner.name if row.owner else _("nobody yet"), role="more"),
        Column("tests", lazy("Tests say"), _tests_say, _tests_when, role="more", piece="controls/_tests_say.html"),
        Column("mandatory", lazy("Mandatory"), _must, shown=False),
    ),
    filters=(
        Words(label=lazy("Words"), subject_kind=Measure.SUBJECT),
        Choice("area", lazy("Area"), field="area", choices=Measure.AREAS),
        Choice("unit", lazy("Unit"), field="unit__uid", choices=units_to_choose),
        Typed("owner", lazy("Who"), only=_by_owner),
        Flag("must", lazy("Mandatory"), only=Q(mandatory=True)),
        Tagged(Measure.SUBJECT),
    ),
    views=(
        View("open", lazy("Open"), OPEN),
        View("proposed", lazy("Proposed"), Q(state="proposed")),
        View("adopted", lazy("Adopted"), Q(state="adopted"), sort="name"),
        View("late", lazy("Past their date"), _late, sort="name"),
        View("in-place", lazy("In place"), Q(state="in_place"), sort="name"),
        View("drifted", lazy("Drifted"), _drifted, sort="name"),
        View("failed", lazy("Test failed"), Q(state="in_place", failing_since__isnull=False), sort="name"),
        View("overdue-test", lazy("Test overdue"), _overdue_test, sort="name"),
        View("untested", lazy("Never tested"), Q(state="in_place", tested_on__isnull=True), sort="name"),
        View("dropped", lazy("Dropped"), Q(state="dropped"), sort="name"),
    ),
    bulk=(BulkAct(lazy("Tag"), "measures-tag", permission=TALK),),
    first_day=FirstDay(
        "target", lazy("No measure yet."),
        lazy("Propose one with its cost, say what it leaves of a scenario, and the plan weighs it."),
        ((lazy("Propose a measure"), "measure-new"),),
    ),
)  # fmt: skip

measures_tag = tag_view(LISTING)


class MeasureList(ListPage):
    """Every measure, open ones first, by what each would avoid."""

    listing = LISTING
    permission = SEE
    template: ClassVar[str] = "controls/measures.html"

    def headline(self, page: Page) -> tuple[str, str]:
        """Say how many are open and what the adopted ones cost; cash alone, beside no expected loss."""
        if page.is_first_day:
            return _("No measure is proposed."), ""
        said = Measure.objects.visible_to(self.request.user).aggregate(
            proposed=Count("pk", filter=Q(state="proposed")), adopted=Count("pk", filter=Q(state="adopted")),
            spent=Sum("cost_minor", filter=Q(state="adopted")), currency=Max("currency"),
        )  # fmt: skip
        proposed, adopted = said["proposed"], said["adopted"]
        first = ngettext("%(n)s measure is proposed", "%(n)s measures are proposed", proposed) % {"n": proposed}
        if not adopted:
            return f"{first}.", _("None is adopted.")
        words = ngettext("%(n)s is adopted", "%(n)s are adopted", adopted) % {"n": adopted}
        cash = money(Money(said["spent"], said["currency"], Kind.CASH).major, said["currency"])
        return f"{first}, {words}.", _("What is adopted costs %(cash)s of cash a year.") % {"cash": cash}

    def more(self, page: Page) -> dict[str, Any]:
        """Tell the template whether a measure may be proposed."""
        return {"may_propose": scope_of(self.request.user).allows(CHANGE)}


@rule(CHANGE)
def measure_new(request: Asking) -> HttpResponse:
    """Propose a measure."""
    require(request.user, CHANGE)
    currency = _currency()
    form = MeasureForm(request.POST or None, user=request.user, currency=currency)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.propose(request.user, currency=currency, **form.values())
        except ValidationError as fault:
            put_faults(form, fault, cost_minor="cost", effort_hours="effort")
        else:
            messages.success(
                request, _("“%(name)s” is proposed. Say now what it leaves of a scenario.") % {"name": made.name}
            )
            return redirect("measure", uid=made.uid)
    return _form(request, form, answer=_("What could be done?"), rest=_("A measure, its cost, and who would do it."))


@rule(CHANGE)
def measure_edit(request: Asking, uid: UUID) -> HttpResponse:
    """Change a measure."""
    measure = visible(request, uid)
    require(request.user, CHANGE, unit_id=measure.unit_id)
    form = MeasureForm(request.POST or None, instance=measure, user=request.user, currency=_currency())
    if request.method == "POST" and form.is_valid():
        opened = form.cleaned_data["version"] or 0
        try:
            # The form has written into its own row; what stands in the table is what the service compares with.
            services.change_measure(request.user, Measure.of(uid), opened_version=opened, **form.values())
        except ValidationError as fault:
            put_faults(form, fault, cost_minor="cost", effort_hours="effort")
        else:
            messages.success(request, _("Saved."))
            return redirect("measure", uid=uid)
    name = Measure.of(uid).name
    return _form(request, form, answer=_("Change “%(name)s”.") % {"name": name}, back=reverse("measure", args=[uid]))


@rule(ADOPT)
@require_POST
def measure_adopt(request: Asking, uid: UUID) -> HttpResponse:
    """Decide that a measure will be done."""
    return _step(request, uid, services.adopt, _("“%(name)s” is adopted. Every plan holds it from now on."))


@rule(CHANGE)
@require_POST
def measure_place(request: Asking, uid: UUID) -> HttpResponse:
    """Say that a measure stands."""
    return _step(request, uid, services.put_in_place, _("“%(name)s” stands. The next figures hold what it does."))


@rule(ADOPT)
@require_POST
def measure_drop(request: Asking, uid: UUID) -> HttpResponse:
    """Give a measure up."""
    return _step(request, uid, services.drop, _("“%(name)s” is dropped. Its history stays."))


@rule(CHANGE)
def measure_link(request: Asking, uid: UUID) -> HttpResponse:
    """Bind a measure to another."""
    measure = visible(request, uid)
    require(request.user, CHANGE, unit_id=measure.unit_id)
    form = LinkForm(request.POST or None, user=request.user, measure=measure)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.link(request.user, measure, kind=given["kind"], other=given["other"])
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            messages.success(request, _("The rule is kept. The next plan keeps to it."))
            return redirect("measure", uid=uid)
    return render(request, "controls/link.html", {"measure": measure, "form": form})


@rule(CHANGE)
@require_POST
def measure_unlink(request: Asking, uid: UUID, link: UUID) -> HttpResponse:
    """Take a rule between two measures away."""
    measure = visible(request, uid)
    bound = MeasureLink.objects.select_related("measure", "other").filter(Q(measure=measure) | Q(other=measure))
    services.unlink(request.user, get_object_or_404(bound, uid=link))
    messages.success(request, _("The rule is gone."))
    return redirect("measure", uid=uid)


def _step(request: Asking, uid: UUID, service: Callable[[Any, Measure], Measure], done: str) -> HttpResponse:
    measure = visible(request, uid)
    try:
        service(request.user, measure)
    except ValidationError as fault:
        messages.warning(request, fault.messages[0])
    else:
        messages.success(request, done % {"name": measure.name})
    return redirect("measure", uid=uid)


def visible(request: Asking, uid: UUID) -> Measure:
    """Return a measure that the user may see. Raises Refused, Http404."""
    require(request.user, SEE)
    rows = Measure.objects.visible_to(request.user).select_related("unit", "owner", "adopted_by")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404(_("There is no such measure, or it is not yours to see."))
    return found


def is_open(measure: Measure) -> bool:
    """Tell whether a measure is proposed or adopted."""
    return measure.state in {"proposed", "adopted"}


def _form(request: Asking, form: MeasureForm, *, answer: str, rest: str = "", back: str = "") -> HttpResponse:
    about = {"form": form, "answer": answer, "rest": rest, "back": back or reverse("measures")}
    return render(request, "controls/measure_form.html", about)


def _currency() -> str:
    return the_organization().currency
