"""Asks addresses as one user, quickly: who they are and what they may do is read once, a refusal's page drawn once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from copy import copy
from typing import Any
from unittest.mock import patch

from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.backends.django import Template
from django.test import Client

from alcaide.common import middleware
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.project import views

REFUSALS = {"403.html", "404.html"}


class Walker:
    """Somebody signed in, whose every request is put back: what it wrote, and its session."""

    def __init__(self, user: User, *, draws: bool = True, **session: Any) -> None:
        self.user = user
        self._draws = draws
        scope_of(user)
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user)
        if session:
            kept = self.client.session
            kept.update(session)
            kept.save()
        self._cookies = copy(self.client.cookies)
        kept = self.client.session
        self._key, self._session = kept.session_key, dict(kept.items())
        self._drawn: set[tuple[str, str]] = set()

    def status(self, method: str, path: str, *, named: str = "", body: dict[str, Any] | None = None) -> int:
        """Ask once. named: the address, where the path names a row; its page is drawn for the first row that opens.

        For who does not draw, everything but the page's template runs.
        """
        seen = (named, method)
        is_drawn = self._draws and not (named and seen in self._drawn)
        with self._session_read(), self._user_read(), nullcontext() if is_drawn else _undrawn(), transaction.atomic():
            answer = self.client.get(path) if method == "GET" else self.client.post(path, body or {})
            transaction.set_rollback(True)
        self.client.cookies = copy(self._cookies)
        if answer.status_code == 200:
            self._drawn.add(seen)
        return answer.status_code

    def form(self, path: str, fill: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """Return what a page's form says when it is filled in; nothing where the page has none."""
        with self._session_read(), self._user_read(), transaction.atomic():
            answer = self.client.get(path)
            told = {} if answer.context is None or "form" not in answer.context else fill(answer.context["form"])
            transaction.set_rollback(True)
        return told

    def _session_read(self) -> Any:
        load = SessionStore.load

        def known(store: SessionStore) -> dict[str, Any]:
            return copy(self._session) if store.session_key == self._key else load(store)

        return patch.object(SessionStore, "load", known)

    def _user_read(self) -> Any:
        asked = auth.get_user

        def known(request: HttpRequest) -> Any:
            if request.session.get(auth.SESSION_KEY) == str(self.user.pk):
                return copy(self.user)
            return asked(request)

        return patch.object(auth, "get_user", known)


def _undrawn() -> Any:
    return patch.object(Template, "render", lambda self, context=None, request=None: "")


@contextmanager
def refusals_drawn_once() -> Iterator[None]:
    """Draw the page of each kind of refusal the first time, and answer with its status alone from then on."""
    drawn: set[str] = set()
    plain = views.render

    def render(request: HttpRequest, template: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if template in REFUSALS and template in drawn:
            return HttpResponse(status=kwargs["status"])
        drawn.add(template)
        return plain(request, template, *args, **kwargs)

    with patch.object(views, "render", render), patch.object(middleware, "render", render):
        yield
