"""Pages of what waits for a person: the list, putting off, handing on, and what changed."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.board import services
from alcaide.board.forms_agenda import DelegateForm, SinceForm, SnoozeForm, WhyForm
from alcaide.board.models import Delegation, Snooze
from alcaide.board.queries.changed import as_text, changed, last_friday
from alcaide.board.queries.decide import Item, agenda, waiting_item
from alcaide.common import words
from alcaide.common.people import signed_in
from alcaide.common.permissions import require
from alcaide.common.rights.doors import OWN, rule
from alcaide.common.taken import LIST, tell_taken
from alcaide.risk.models import SEE as SEE_RISK

MOST_SHOWN = 50


@rule(OWN)
@require_safe
def decide_page(request: HttpRequest) -> HttpResponse:
    """Show everything that waits for this person, or all of one kind, and apart what they put off and handed on."""
    of = request.GET.get("of", "")[:60]
    found = agenda(signed_in(request), now=timezone.now(), of=of)
    page = _Part.of(len(found.items), request.GET.get("from", ""), kind=of)
    shown = found.items[page.first - 1 : page.last]
    return render(request, "board/decide.html", {"agenda": found, "of": of, "page": page, "shown": shown})


@dataclass(frozen=True)
class _Part:
    """Which of many things stand on this page, and the addresses of those before and after them."""

    first: int
    last: int
    total: int
    previous_url: str
    next_url: str

    @classmethod
    def of(cls, total: int, typed: str, *, kind: str) -> Self:
        """Return the page that holds this number; the first one where it is none."""
        asked = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 1
        start = (max(1, min(asked, total)) - 1) // MOST_SHOWN * MOST_SHOWN

        def url(number: int) -> str:
            return "?" + urlencode({key: value for key, value in (("of", kind), ("from", number)) if value})

        return cls(
            start + 1,
            min(start + MOST_SHOWN, total),
            total,
            url(start + 1 - MOST_SHOWN) if start else "",
            url(start + 1 + MOST_SHOWN) if start + MOST_SHOWN < total else "",
        )


@rule(OWN)
def snooze_page(request: HttpRequest, key: str) -> HttpResponse:
    """Ask until when a thing rests, and why."""
    item = _item(request, key)
    form = SnoozeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.snooze(signed_in(request), key, until=form.moment(), reason=form.cleaned_data["reason"])
        except services.NotSo as fault:
            form.add_error(None, fault)
        else:
            when = words.moment(timezone.localtime(made.until), today=timezone.localdate())
            messages.success(request, _("“%(what)s” rests until %(when)s.") % {"what": made.title, "when": when})
            return redirect("decide")
    return _ask(request, form, item, answer=_("Put this off."), act=_("Put off"))


@rule(OWN)
def delegate_page(request: HttpRequest, key: str) -> HttpResponse:
    """Ask who takes a thing."""
    item = _item(request, key)
    form = DelegateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.delegate(
                signed_in(request), key, taker=form.cleaned_data["taker"], note=form.cleaned_data["note"]
            )
        except services.NotSo as fault:
            form.add_error("taker", fault)
        else:
            about = {"what": made.title, "name": made.taker.name}
            messages.success(request, _("“%(what)s” stands in the list of %(name)s now.") % about)
            return redirect("decide")
    return _ask(request, form, item, answer=_("Hand this on."), act=_("Hand on"), people=form.people)


@rule(OWN)
@require_POST
def wake(request: HttpRequest, uid: str) -> HttpResponse:
    """Bring back what this person put off."""
    snoozed = get_object_or_404(Snooze, uid=uid, user=signed_in(request))
    services.wake(signed_in(request), snoozed)
    messages.success(request, _("“%(what)s” is back in your list.") % {"what": snoozed.title})
    return redirect("decide")


@rule(OWN)
@require_POST
def take_back(request: HttpRequest, uid: str) -> HttpResponse:
    """Take back what this person handed on."""
    given = get_object_or_404(Delegation, uid=uid, giver=signed_in(request))
    services.take_back(signed_in(request), given)
    messages.success(request, _("“%(what)s” is back in your list.") % {"what": given.title})
    return redirect("decide")


@rule(OWN)
def decline_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask why what was handed to this person goes back."""
    given = get_object_or_404(Delegation.objects.select_related("giver"), uid=uid, taker=signed_in(request))
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.decline(signed_in(request), given, why=form.cleaned_data["why"])
        messages.success(
            request, _("“%(what)s” went back to %(name)s.") % {"what": given.title, "name": given.giver.name}
        )
        return redirect("decide")
    about = {
        "form": form, "answer": _("Hand this back to %(name)s.") % {"name": given.giver.name}, "rest": given.title,
        "act": _("Hand back"), "back_url": reverse("decide"),
    }  # fmt: skip
    return render(request, "common/form.html", about, status=422 if form.is_bound else 200)


@rule(SEE_RISK)
@require_safe
def changed_page(request: HttpRequest) -> HttpResponse:
    """Show in at most ten lines what changed since a day; as plain text where asked."""
    user = signed_in(request)
    require(user, SEE_RISK)
    form = SinceForm(request.GET or None)
    chosen = form.cleaned_data["since"] if form.is_bound and form.is_valid() else None
    since = chosen or last_friday(timezone.localdate())
    found = changed(user, since=since)
    if found is not None and request.GET.get("as") == "text":
        tell_taken(user, f"{LIST}:changed", format="txt", since=since)
        name = f"what-changed-since-{since:%Y-%m-%d}.txt"
        return HttpResponse(
            as_text(found),
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    about = {"found": found, "form": form if form.is_bound else SinceForm(initial={"since": since}), "since": since}
    return render(request, "board/changed.html", {**about, "text": as_text(found) if found else ""})


def _item(request: HttpRequest, key: str) -> Item:
    item = waiting_item(signed_in(request), key, now=timezone.now())
    if item is None:
        raise Http404(_("This no longer waits for you."))
    return item


def _ask(request: HttpRequest, form: Any, item: Item, *, answer: str, act: str, people: Any = ()) -> HttpResponse:
    about = {
        "form": form, "answer": answer, "rest": item.due.title, "act": act, "back_url": reverse("decide"),
        "people": people,
    }  # fmt: skip
    return render(request, "board/ask.html", about, status=422 if form.is_bound else 200)
