"""Signing in and out, the theme, and the pages for what went wrong."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from sesame.utils import get_user

from alcaide.common.context import THEMES
from alcaide.common.models import User
from alcaide.common.people import signed_in
from alcaide.common.trail import audit, writing

A_YEAR_S = 365 * 24 * 3600


class SignIn(LoginView):
    """Signs in by e-mail and password; says how to get a one-time link."""

    template_name = "sign_in.html"
    redirect_authenticated_user = True


class SignInByLink(View):
    """Signs in by a link that works once: the page asks for a press, so that a mail scanner cannot use it up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "sign_in_link.html", {"key": request.GET.get("key", "")})

    def post(self, request: HttpRequest) -> HttpResponse:
        user = get_user(request.POST.get("key", ""))
        if not isinstance(user, User):
            return render(request, "sign_in_link.html", {"spent": True}, status=403)
        login(request, user, backend="sesame.backends.ModelBackend")
        with writing():
            audit(user, "sign_in_by_link", subject=user.subject)
        if not user.has_usable_password():
            messages.info(request, _("You are in. Choose a password so that you can come back without a link."))
            return redirect("password")
        return redirect("home")


class SignOut(LogoutView):
    """Signs out; only by POST."""


class NewPassword(FormView):
    """Sets the first password, or changes it."""

    template_name = "password.html"
    success_url = reverse_lazy("home")

    def get_form_class(self) -> type:
        user = signed_in(self.request)
        return PasswordChangeView.form_class if user.has_usable_password() else SetPasswordForm

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        with writing():
            user = form.save()
            audit(user, "set_password", subject=user.subject)
        login(self.request, user, backend="django.contrib.auth.backends.ModelBackend")
        messages.success(self.request, _("Your password is set."))
        return super().form_valid(form)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and go back to where the person was."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    theme = request.POST.get("theme", "auto")
    response.set_cookie("theme", theme if theme in THEMES else "auto", max_age=A_YEAR_S, samesite="Lax")
    return response


def health(request: HttpRequest) -> HttpResponse:
    """Answer whether the house can read its database; for whoever supervises the process."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"state": "the database does not answer"}, status=503)
    return JsonResponse({"state": "ok"})


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was not accepted because its page had grown old."""
    return render(request, "csrf_403.html", {"reason": reason}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request could not be read."""
    return render(request, "400.html", status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this is not for this user."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing at this address, or nothing this user may see."""
    return render(request, "404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong, without asking the database for anything."""
    # No request goes to the template: the database that a page's frame asks may be what failed.
    return HttpResponse(render_to_string("500.html"), status=500)
