"""The one page on which a room asks for something, and how a service's refusal comes back to it."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alcaide.common.forms import RowForm
from alcaide.common.models import User

# Digits of the largest version, and one more.
LONGEST_VERSION = 10


class Asking(HttpRequest):
    """A request that the door let in: whoever asks is signed in."""

    user: User


def ask(
    request: HttpRequest, form: RowForm, *, answer: str, back_url: str, rest: str = "", act: str = ""
) -> HttpResponse:
    """Show the form; what was typed stays, with status 422 where something is wrong with it.

    `answer` and `rest` are the heading, `act` the words of the button.
    """
    about = {"form": form, "answer": answer, "rest": rest, "act": act, "back_url": back_url}
    return render(request, "common/form.html", about, status=422 if form.is_bound else 200)


def kept(form: RowForm, verb: Callable[..., Any], *arguments: Any, **values: Any) -> Any:
    """Run a service with what was typed. Returns what it returns, None where it refused; the form then says why."""
    try:
        return verb(*arguments, **values)
    except ValidationError as fault:
        form.take(fault)
        return None


def version_of(request: HttpRequest) -> int:
    """Return the version that a form was opened at; 0, which is nobody's, where it names none."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < LONGEST_VERSION else 0
