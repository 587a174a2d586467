"""Pages of signing in and of one's own account; the flows are allauth's, the words and the log are ours."""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import LoginView, LogoutView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import FormView
from sesame.utils import get_user

from alcaide.common.models import User
from alcaide.common.people import signed_in
from alcaide.common.signing.queries import open_doors, own_lines
from alcaide.common.signing.services import What, end_doors, note
from alcaide.common.trail import audit, writing
from alcaide.project.signing.place import place_of
from alcaide.project.signing.sessions import renew

LINES_SHOWN = 100


class SignIn(LoginView):
    """Signs in by e-mail and password, by passkey, or by the organization's own sign-in."""

    template_name = "sign_in.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), "next": self.request.GET.get("next", "")}


class SignInByLink(View):
    """Signs in by a link that works once: the page asks for a press, so that a mail scanner cannot use it up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "sign_in_link.html", {"key": request.GET.get("key", "")})

    def post(self, request: HttpRequest) -> HttpResponse:
        user = get_user(request.POST.get("key", ""))
        if not isinstance(user, User):
            note(What.REFUSED, place_of(request), how="link")
            return render(request, "sign_in_link.html", {"spent": True}, status=403)
        with writing():
            audit(user, "sign_in_by_link", subject=user.subject)
        user.backend = "sesame.backends.ModelBackend"  # type: ignore[attr-defined]  # as Django's authenticate leaves it
        record_authentication(request, user, method="link")
        back = None
        if not user.has_usable_password():
            back = reverse("password")
        return perform_login(request, Login(user=user, redirect_url=back))


class SignOut(LogoutView):
    """Signs out; only by POST."""

    http_method_names = ["post", "options"]


class NewPassword(FormView):
    """Sets the first password, or changes it; every other place where one is signed in ends."""

    template_name = "account/password.html"
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
            renew(self.request, user, new_password=True)
            note(What.PASSWORD, place_of(self.request), user=user)
        messages.success(self.request, _("Your password is set. Everywhere else you were signed in, you are not now."))
        return super().form_valid(form)


class NewApp(ActivateTOTPView):
    """Adds an authenticator app."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        _factor(self.request, What.FACTOR_ADDED, "totp")
        return answer


class NoApp(DeactivateTOTPView):
    """Removes the authenticator app."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        _factor(self.request, What.FACTOR_REMOVED, "totp")
        return answer


class NewPasskey(AddWebAuthnView):
    """Adds a passkey or security key."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        _factor(self.request, What.FACTOR_ADDED, "webauthn")
        return answer


class NoPasskey(RemoveWebAuthnView):
    """Removes a passkey or security key."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        _factor(self.request, What.FACTOR_REMOVED, "webauthn")
        return answer


class NewCodes(GenerateRecoveryCodesView):
    """Makes new recovery codes; the old ones end."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        _factor(self.request, What.FACTOR_ADDED, "recovery_codes")
        return answer


def _factor(request: HttpRequest, what: str, kind: str) -> None:
    user = signed_in(request)
    with writing():
        note(what, place_of(request), user=user, how=kind)
        audit(user, what, subject=user.subject, after={"kind": kind})
        renew(request, user)


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where one is signed in, and what happened at the door in one's name."""
    user = signed_in(request)
    doors = open_doors(user)
    here = request.session.session_key
    shown = {
        "doors": [(row, row.session_secret == here) for row in doors],
        "others": sum(row.session_secret != here for row in doors),
        "lines": own_lines(user)[:LINES_SHOWN],
    }
    return render(request, "account/sessions.html", shown)


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one place where one is signed in, or all but this one."""
    user = signed_in(request)
    which = request.POST.get("which", "")
    here = request.session.session_key or ""
    if which.isdecimal():
        ended = end_doors(user, place_of(request), of=user, only=int(which), but=here)
    else:
        ended = end_doors(user, place_of(request), of=user, but=here)
    told = ngettext("%(n)s place was signed out, at once.", "%(n)s places were signed out, at once.", ended)
    messages.success(request, told % {"n": ended})
    return redirect("sessions")


@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """Say that nothing is to be set about the organization's own sign-in."""
    return render(request, "socialaccount/connections.html")
