"""The door of a bulk act: the chosen rows, a question where there must be one, the act, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View as DjangoView
from django.views.decorators.http import require_POST

from alcaide.common.counts import Count, capped
from alcaide.common.lists.columns import Text
from alcaide.common.lists.listing import Listing
from alcaide.common.lists.pages import MOST_CHOSEN, chosen_rows
from alcaide.common.lists.undo import Left, UndoGone, take_back
from alcaide.common.models import Undo
from alcaide.common.people import signed_in
from alcaide.common.permissions import require
from alcaide.common.rights.doors import OWN, rule

MOST_NAMED = 5


@dataclass(frozen=True)
class BulkDone:
    """What a bulk act did, in a sentence; the rows that it left; and how to take it back."""

    words: str
    left: tuple[Left, ...] = ()
    undo: Undo | None = None


class BulkPage(DjangoView):
    """Where a list's `BulkAct` posts to. Write `act`; it calls a service that asks the permission again.

    `confirm` asks before, in words with `{n}` for the number of rows; give the same words to the `BulkAct`, whose
    question needs no page where scripts run.
    """

    http_method_names = ["post"]
    listing: ClassVar[Listing]
    permission: ClassVar[str] = ""
    confirm: ClassVar[Text] = ""
    back: ClassVar[str] = "home"
    """Name of the address of the list."""

    def act(self, rows: Sequence[Any]) -> BulkDone:
        """Do it to the rows and say what was done."""
        raise NotImplementedError

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it, or ask first; then back to the list."""
        user = signed_in(request)
        if self.permission:
            require(user, self.permission)
        rows = chosen_rows(request, self.listing)
        number = capped(rows, MOST_CHOSEN)
        if not number:
            messages.warning(request, _("No row is chosen that you may see. Tick some and try again."))
        elif number.capped:
            messages.warning(
                request,
                _("%(n)s rows are too many at once; the most is %(most)s. Narrow the list first.")
                % {"n": number, "most": Count(MOST_CHOSEN)},
            )
        elif self.confirm and request.POST.get("sure") != "1":
            return self._ask(request, number)
        else:
            tell_done(request, self.listing, self.act(list(rows.order_by("pk"))))
        return redirect(back_of(request, reverse(self.back)))

    def _ask(self, request: HttpRequest, number: Count) -> HttpResponse:
        asked = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in {"csrfmiddlewaretoken", "sure"}
            for value in values
        ]
        words = str(self.confirm).replace("{n}", str(number))
        about = {"words": words, "asked": asked, "back": back_of(request, reverse(self.back))}
        return render(request, "common/bulk_confirm.html", about)


def tell_done(request: HttpRequest, listing: Listing, done: BulkDone) -> None:
    """Say what a bulk act did and left; where it can be taken back, its list says so beside the offer."""
    tell_left(request, done.left)
    if done.undo is None:
        messages.success(request, done.words)
    else:
        request.session["undo"] = {
            "uid": str(done.undo.uid), "words": done.words, "list": listing.name, "until": done.undo.until.timestamp(),
        }  # fmt: skip


@rule(OWN)
@require_POST
def undo(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take a bulk act back, say what became of each row, and return to the list."""
    user = signed_in(request)
    try:
        back = take_back(user, uid)
    except UndoGone as fault:
        if not Undo.objects.filter(uid=uid, by=user).exists():
            raise Http404(str(fault)) from fault
        messages.warning(request, str(fault))
    else:
        said = ngettext("%(n)s row stands again as before.", "%(n)s rows stand again as before.", back.done)
        messages.success(request, said % {"n": Count(back.done)})
        tell_left(request, back.left)
    request.session.pop("undo", None)
    return redirect(back_of(request, reverse("home")))


def tell_left(request: HttpRequest, left: Sequence[Left]) -> None:
    """Name the rows that were left as they stand."""
    if not left:
        return
    named = "; ".join(f"{each.name} ({each.why})" for each in left[:MOST_NAMED])
    said = ngettext("%(n)s row was left: %(named)s", "%(n)s rows were left: %(named)s", len(left))
    more = _(" and %(n)s more") % {"n": Count(len(left) - MOST_NAMED)} if len(left) > MOST_NAMED else ""
    messages.warning(request, f"{said % {'n': Count(len(left)), 'named': named}}{more}.")


def back_of(request: HttpRequest, usual: str) -> str:
    """Return where a form says that it came from, if that is an address of this house."""
    back = request.POST.get("back", "")
    return back if back and url_has_allowed_host_and_scheme(back, {request.get_host()}) else usual
