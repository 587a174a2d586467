"""Takes a form in once, however often a phone sends it: the note of it stands or falls with what the form did."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from alcaide.common import words
from alcaide.common.models import Sent, User
from alcaide.common.people import signed_in
from alcaide.common.trail import writing

KEY_FIELD = "send_once"
TYPED_AT = "X-Alcaide-Typed-At"
# A phone's clock may run ahead of ours by so much before what it says is not believed.
CLOCK_SLACK = timedelta(minutes=5)
# Nobody's phone keeps a form for longer; an older time is a clock that was never set.
LONGEST_WAIT = timedelta(days=60)

LEADS_ON = frozenset({302, 303})

Answer = Callable[[HttpRequest], HttpResponse]


class _NotTakenIn(Exception):
    """The form was not taken in; what it may have written is undone, its answer is kept."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        super().__init__()


class SentOnce:
    """Middleware: a form that bears `send_once` does its work in one transaction with the note that it came.

    A second sending of the same form by the same person is led where the first one led; one by somebody else is
    refused. Only an answer that leads on (a redirect) counts as taken in; any other undoes what it may have written.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not isinstance(request.user, User) or KEY_FIELD not in request.POST:
            return self.answer(request)
        try:
            key = UUID(request.POST[KEY_FIELD])
        except ValueError:
            return self.answer(request)
        before = Sent.objects.filter(key=key).first()
        if before is not None:
            return _again(request, before)
        return self._first(request, key)

    def _first(self, request: HttpRequest, key: UUID) -> HttpResponse:
        typed = typed_at(request)
        try:
            with writing():
                note = Sent.objects.create(
                    key=key, user=signed_in(request), path=request.path[:300], typed_at=typed, at=timezone.now()
                )
                response = self.answer(request)
                if response.status_code not in LEADS_ON:
                    raise _NotTakenIn(response)
                note.led_to = response["Location"][:500]
                note.save(update_fields=["led_to"])
        except _NotTakenIn as answer:
            return answer.response
        except IntegrityError:
            # The same form came twice at the same moment; the other one has done its work.
            before = Sent.objects.filter(key=key).first()
            if before is None:
                raise
            return _again(request, before)
        if typed is not None:
            when = words.moment(timezone.localtime(typed), today=timezone.localdate())
            messages.info(request, _("Typed on the phone %(when)s, taken in now.") % {"when": when})
        return response


def typed_at(request: HttpRequest) -> datetime | None:
    """Return when a phone says that a waiting form was typed; None where it came at once or the clock is not right."""
    said = request.headers.get(TYPED_AT, "")
    try:
        at = parse_datetime(said)
    except ValueError:
        return None
    if at is None or at.tzinfo is None:
        return None
    age = timezone.now() - at
    return at if -CLOCK_SLACK <= age <= LONGEST_WAIT else None


def _again(request: HttpRequest, before: Sent) -> HttpResponse:
    if before.user_id != request.user.pk or before.path != request.path[:300]:
        reason = _("This form was sent before, by somebody else or from another page. Open the page again.")
        return render(request, "403.html", {"reason": reason}, status=409)
    messages.info(request, _("This was taken in before; nothing was done twice."))
    return redirect(before.led_to)
