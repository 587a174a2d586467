"""Pages of retention: the register, one class of data with what would go tonight, and the ledger."""

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import eyes
from alcaide.common.asking import Asking, ask, kept
from alcaide.common.histories import told_page
from alcaide.common.holds.queries import may_see as may_see_holds
from alcaide.common.lists import Column, DetailPage, Fact, ListPage, Page, TooManyRows, give_out
from alcaide.common.models import LostUpdate, PurgeRun, RetentionRule, User
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.purging.running import purged
from alcaide.common.rights.doors import rule

from . import services
from .declared import Rule, RuleUnknown, rule_of
from .forms import RuleForm, StopForm
from .queries import CHANGE, PURGE_RULE, SEE, ledger, next_run, open_ask, preview, registered, who_sees
from .tables import LEDGER, RULES, THEN, days_words


class RuleList(ListPage):
    """The register of rules."""

    listing = RULES
    permission = SEE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(signed_in(request), SEE)
        services.register()
        return super().dispatch(request, *args, **kwargs)

    def headline(self, page: Page) -> tuple[str, str]:
        held = registered(self.request.user).filter(state="adopted").count()
        answer = ngettext("%(n)s rule of retention is in force.", "%(n)s rules of retention are in force.", held)
        return answer % {"n": held}, _("Nothing goes by a rule that nobody adopted.")


@rule(SEE, reach="any")
class LedgerList(ListPage):
    """Every purge with its counts."""

    listing = LEDGER
    permission = SEE

    def headline(self, page: Page) -> tuple[str, str]:
        return _("%(total)s purges, each with counts that add up.") % {"total": page.total}, ""


@rule(SEE, reach="any")
class RunPage(DetailPage):
    """One purge: what was there, what went, what was kept and by which hold, what is left."""

    permission = SEE
    template = "common/retention/run.html"
    crumb = (gettext_lazy("Ledger of purges"), "purges")

    def rows(self, user: Any) -> QuerySet[PurgeRun]:
        return ledger(user)

    def headline(self, row: PurgeRun) -> tuple[str, str]:
        return purged(row).words, "" if row.finished_at else _("It is not finished.")

    def facts(self, row: PurgeRun) -> list[Fact]:
        return [
            Fact(_("Rule"), row.rule, second=row.why),
            Fact(_("Kind of record"), str(apps.get_model(row.model)._meta.verbose_name)),
            Fact(_("Began"), row.began_at),
            Fact(_("Ended"), row.finished_at),
            Fact(_("Counted from before"), row.cut_at) if row.cut_at else
            Fact(_("Asked by"), str(row.asked_by) if row.asked_by else _("the house")),
        ]  # fmt: skip

    def more(self, row: PurgeRun) -> dict[str, Any]:
        return {
            "chunks": row.chunks.order_by("-number")[:20],
            "kept_by": purged(row).kept,
            "may_see_holds": may_see_holds(self.request.user),
            "others": row.others if row.finished_at else 0,
        }


@rule(SEE, reach="any")
@require_safe
def rule_page(request: Asking, key: str) -> HttpResponse:
    """Show one class of data: its rule, what would go now, what holds keep, the last runs, the next."""
    rule, row = _rule(request.user, key)
    would = preview(key, days=row.days)
    asked = open_ask(row)
    others = None
    if asked is not None:
        others = eyes.others_who_may(PURGE_RULE, unit_id=None, but={asked.asked_by_id}, user=request.user)
    about = {
        "rule": rule, "row": row, "would": would, "asked": asked, "kept_for": days_words(row.days),
        "is_own_ask": asked is not None and asked.asked_by_id == request.user.pk, "then": THEN[rule.then],
        "others": others,
        "models": [str(apps.get_model(label)._meta.verbose_name) for label in (rule.model, *rule.along)],
        "who_sees": who_sees(rule), "next": next_run() if not rule.run_by else None,
        "runs": ledger(request.user).filter(rule=key)[:10], "may_change": scope_of(request.user).allows(CHANGE),
        "may_see_holds": may_see_holds(request.user), "first_rows": _shown(rule, would.rows),
        "answer": _heading(rule, row), "told": told_page(row.subject, request.GET.get("before")),
    }  # fmt: skip
    return render(request, "common/retention/rule.html", about)


@rule(CHANGE, reach="all")
def rule_ask(request: Asking, key: str) -> HttpResponse:
    """Ask that a rule be adopted or changed."""
    require(request.user, CHANGE)
    rule, row = _rule(request.user, key)
    owners = User.objects.filter(is_active=True).order_by("name")
    form = RuleForm(request.POST or None, owners=owners, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            done = kept(form, services.ask, request.user, row, **form.values)
        except (services.WrongStep, LostUpdate) as fault:
            form.add_error(None, str(fault))
        else:
            if done is not None:
                words = _("In force.") if done.answer else _("Asked. Another person must agree before anything goes.")
                messages.success(request, words)
                return redirect("retention-rule", key=key)
    return ask(request, form, answer=_("How long are “%(what)s” kept?") % {"what": rule.label}, act=_("Ask"),
               rest=str(rule.source), back_url=reverse("retention-rule", args=[key]))  # fmt: skip


@rule(CHANGE, reach="all")
@require_POST
def rule_answer(request: Asking, key: str) -> HttpResponse:
    """Agree to what another person asked, refuse it, or take back one's own."""
    require(request.user, CHANGE)
    _said, row = _rule(request.user, key)
    asked = open_ask(row)
    if asked is None:
        messages.warning(request, _("Nothing waits for an answer here."))
        return redirect("retention-rule", key=key)
    try:
        services.answer(request.user, asked, agree=request.POST.get("answer") == "yes",
                        words=request.POST.get("words", "").replace("\x00", ""))  # fmt: skip
    except services.WrongStep as fault:
        messages.warning(request, str(fault))
    else:
        messages.success(request, _("Your answer is kept."))
    return redirect("retention-rule", key=key)


@rule(CHANGE, reach="all")
def rule_stop(request: Asking, key: str) -> HttpResponse:
    """Stop a rule at once."""
    require(request.user, CHANGE)
    rule, row = _rule(request.user, key)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = kept(form, services.stop, request.user, row, why=form.values["why"])
        except services.WrongStep as fault:
            form.add_error(None, str(fault))
        else:
            if done is not None:
                return redirect("retention-rule", key=key)
    return ask(request, form, answer=_("Stop the rule for “%(what)s”?") % {"what": rule.label}, act=_("Stop"),
               rest=_("From now on nothing goes by it."), back_url=reverse("retention-rule", args=[key]))  # fmt: skip


@rule(CHANGE, reach="all")
@require_POST
def rule_review(request: Asking, key: str) -> HttpResponse:
    """Say that a rule was looked at and still fits."""
    require(request.user, CHANGE)
    services.review(request.user, _rule(request.user, key)[1])
    messages.success(request, _("Reviewed today."))
    return redirect("retention-rule", key=key)


@rule(SEE, reach="any")
@require_POST
def rule_export(request: Asking, key: str) -> HttpResponseBase:
    """Hand out what would go tonight, as a file of keys, names and dates."""
    rule, row = _rule(request.user, key)
    would = preview(key, days=row.days)
    columns = [Column("pk", _("Number"), value="pk"), Column("what", _("What"), value=lambda each: _called(rule, each))]
    try:
        return give_out(request.user, rule.rows(would.cut).order_by("pk"), name=f"retention-{key}", columns=columns,
                        form="csv", asked=f"before {would.cut.isoformat()}")  # fmt: skip
    except TooManyRows as fault:
        messages.warning(request, str(fault))
        return redirect("retention-rule", key=key)


def _rule(user: User, key: str) -> tuple[Rule, RetentionRule]:
    require(user, SEE)
    try:
        rule = rule_of(key)
    except RuleUnknown as fault:
        raise Http404(_("There is no such class of data.")) from fault
    services.register()
    return rule, get_object_or_404(registered(user), key=key)


def _heading(rule: Rule, row: RetentionRule) -> str:
    if row.state == RetentionRule.State.ADOPTED:
        return _("%(what)s: kept %(days)s, then %(then)s.") % {
            "what": rule.label, "days": days_words(row.days), "then": THEN[rule.then],
        }  # fmt: skip
    return _("%(what)s: kept for ever, because no rule is in force.") % {"what": rule.label}


def _called(rule: Rule, row: Any) -> str:
    """Name a row by its kind and number; what it says of people is for whoever may open it."""
    named = str(row.subject) if getattr(row, "SUBJECT", "") and hasattr(row, "subject") else ""
    return named or f"{rule.table._meta.verbose_name} {row.pk}"


def _shown(rule: Rule, rows: Any) -> list[str]:
    return [_called(rule, row) for row in rows]


RETENTION_URLS: list[URLPattern] = [
    path("retention/", RuleList.as_view(), name="retention"),
    path("retention/ledger/", LedgerList.as_view(), name="purges"),
    path("retention/ledger/<uuid:uid>/", RunPage.as_view(), name="purge-run"),
    path("retention/<slug:key>/", rule_page, name="retention-rule"),
    path("retention/<slug:key>/ask/", rule_ask, name="retention-ask"),
    path("retention/<slug:key>/answer/", rule_answer, name="retention-answer"),
    path("retention/<slug:key>/stop/", rule_stop, name="retention-stop"),
    path("retention/<slug:key>/review/", rule_review, name="retention-review"),
    path("retention/<slug:key>/rows/", rule_export, name="retention-rows"),
]
