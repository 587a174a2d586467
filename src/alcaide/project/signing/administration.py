"""Pages for who runs the house: who signed in, what is asked of people, who vouches for them, emergency access."""

from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal import ratelimit
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views import View
from django.views.decorators.http import require_POST, require_safe

from alcaide.common.forms import RowForm, Versioned
from alcaide.common.models import BreakGlass, GroupRule, IdentityProvider, User
from alcaide.common.people import signed_in
from alcaide.common.permissions import ROLES, require, scope_of
from alcaide.common.registries import NavItem, Subject, offer_nav, offer_subject
from alcaide.common.rights.doors import OPEN, rule
from alcaide.common.signing.breaking import review_use, sealed_now
from alcaide.common.signing.keys import REVIEW_BREAK_GLASS, SEE_SIGN_INS, SET_SIGN_IN
from alcaide.common.signing.middleware import EMERGENCY_SINCE, EMERGENCY_UNTIL, HAS_FACTOR
from alcaide.common.signing.providers import add_provider, add_rule, change_provider, end_rule, set_rules
from alcaide.common.signing.queries import rules_now
from alcaide.common.signing.services import What, note
from alcaide.organization.models import Unit
from alcaide.project.signing.emergency import enter
from alcaide.project.signing.log import SignIns
from alcaide.project.signing.lost import take_away
from alcaide.project.signing.place import place_of

PAGE = 100


class Rules(Versioned):
    """Which roles must have a second factor."""

    second_factor_roles = forms.MultipleChoiceField(
        label=_l("Must have a second factor"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_l("Whoever holds one of these sets one up before anything else opens."),
    )  # fmt: skip

    def __init__(self, *typed: Any, **more: Any) -> None:
        super().__init__(*typed, **more)
        # Fields of a form are not typed by their class.
        self.fields["second_factor_roles"].choices = [(role.key, role.label) for role in ROLES.values()]  # type: ignore[attr-defined]


class _Provider(RowForm):
    """What both kinds of provider share."""

    name = forms.CharField(label=_l("Name on the sign-in page"), max_length=40)
    groups_field = forms.CharField(
        label=_l("Where it tells the groups"), max_length=200, initial="groups",
        help_text=_l("The claim or attribute that holds them."),
    )  # fmt: skip
    trusts_email = forms.BooleanField(
        label=_l("Its e-mail addresses are right without proof"), required=False,
        help_text=_l("Only where nobody can choose their own address there."),
    )  # fmt: skip
    may_create = forms.BooleanField(
        label=_l("It may bring people whom the house does not know"), required=False,
        help_text=_l("They come in without a role, unless a group brings one."),
    )  # fmt: skip
    is_on = forms.BooleanField(label=_l("In use"), required=False, initial=True)


class OidcProvider(_Provider):
    """An OpenID provider."""

    server_url = forms.URLField(label=_l("Address of the provider"), assume_scheme="https", help_text=_l("The issuer."))
    client_id = forms.CharField(label=_l("Client ID"), max_length=190)
    secret = forms.CharField(
        label=_l("Client secret"), max_length=190, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_l("Kept sealed and never shown again. Leave it empty to keep the one that stands."),
    )  # fmt: skip
    field_order = ["name", "server_url", "client_id", "secret"]


class SamlProvider(_Provider):
    """A SAML provider."""

    entity_id = forms.CharField(label=_l("Entity ID of the provider"), max_length=300)
    sso_url = forms.URLField(label=_l("Its sign-in address"), assume_scheme="https", max_length=300)
    certificate = forms.CharField(
        label=_l("Its signing certificate"), widget=forms.Textarea(attrs={"rows": 6}), help_text=_l("PEM.")
    )
    field_order = ["name", "entity_id", "sso_url", "certificate"]


FORMS: dict[str, type[_Provider]] = {
    IdentityProvider.Kind.OIDC: OidcProvider,
    IdentityProvider.Kind.SAML: SamlProvider,
}


class Rule(forms.Form):
    """A group, the role it brings, and where."""

    group = forms.CharField(label=_l("Group"), max_length=200)
    role = forms.ChoiceField(label=_l("Role"))
    unit = forms.ChoiceField(label=_l("Unit"))

    def __init__(self, *typed: Any, user: Any, **more: Any) -> None:
        super().__init__(*typed, **more)
        # Fields of a form are not typed by their class.
        self.fields["role"].choices = [(role.key, role.label) for role in ROLES.values()]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [(label.uid, label.name) for label in scope_of(user).labels]  # type: ignore[attr-defined]


class Lost(forms.Form):
    """Who lost their second factor, and how that was checked."""

    email = forms.EmailField(label=_l("Whose"), help_text=_l("The e-mail address they sign in with."))
    why = forms.CharField(
        label=_l("How did you make sure that it is them?"), widget=forms.Textarea(attrs={"rows": 3}), min_length=10,
        max_length=500,
    )  # fmt: skip

    def clean_email(self) -> User:
        user = User.objects.filter(email=self.cleaned_data["email"].lower(), is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("Nobody signs in with this address."))
        return user


class Emergency(forms.Form):
    """The sealed credential, and whose hand opened the envelope."""

    credential = forms.CharField(label=_l("The credential from the envelope"), max_length=80)
    who = forms.CharField(label=_l("Your own name or e-mail address"), max_length=200, min_length=3)
    why = forms.CharField(label=_l("Why"), widget=forms.Textarea(attrs={"rows": 3}), min_length=10, max_length=1000)


@rule(SET_SIGN_IN, reach="all")
@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """Show what is asked of people, who vouches for them, and what waits in the safe."""
    require(signed_in(request), SET_SIGN_IN)
    roles = [ROLES[key].label for key in rules_now().second_factor_roles if key in ROLES]
    about = {"roles": roles, "providers": IdentityProvider.objects.all(), "sealed": sealed_now()}
    return render(request, "signing/how.html", about)


@rule(SET_SIGN_IN, reach="all")
class RulesPage(View):
    """What is asked of people who sign in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        require(signed_in(request), SET_SIGN_IN)
        row = rules_now()
        form = Rules(initial={"second_factor_roles": row.second_factor_roles, "version": row.version})
        return self._show(request, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        require(signed_in(request), SET_SIGN_IN)
        form = Rules(request.POST)
        if not form.is_valid():
            return self._show(request, form)
        set_rules(
            signed_in(request), second_factor_roles=form.cleaned_data["second_factor_roles"],
            opened_version=form.opened_version,
        )  # fmt: skip
        messages.success(request, _("The rules stand from the next page on."))
        return redirect("sign-in-how")

    def _show(self, request: HttpRequest, form: Rules) -> HttpResponse:
        about = {"form": form, "answer": _("Choose who must have a second factor."), "back_url": reverse("sign-in-how")}
        return render(request, "common/form.html", about)


@rule(SET_SIGN_IN, reach="all")
class ProviderPage(View):
    """Adds or changes a provider, and shows its rules."""

    def get(self, request: HttpRequest, kind: str = "", uid: UUID | None = None) -> HttpResponse:
        require(signed_in(request), SET_SIGN_IN)
        row = get_object_or_404(IdentityProvider, uid=uid) if uid else None
        form_type = FORMS.get(row.kind if row else kind, OidcProvider)
        form = form_type(row=row)
        if row:
            form.open_at(row)
        return self._show(request, form, row)

    def post(self, request: HttpRequest, kind: str = "", uid: UUID | None = None) -> HttpResponse:
        user = signed_in(request)
        require(user, SET_SIGN_IN)
        row = get_object_or_404(IdentityProvider, uid=uid) if uid else None
        kind = row.kind if row else kind
        form = FORMS.get(kind, OidcProvider)(request.POST, row=row)
        if not form.is_valid():
            return self._show(request, form, row)
        if row:
            change_provider(user, row, opened_version=form.opened_version, **form.values)
        else:
            row = add_provider(user, kind=kind, **form.values)
        messages.success(request, _("It stands on the sign-in page now.") if row.is_on else _("Kept, and not in use."))
        return redirect("provider", uid=row.uid)

    def _show(self, request: HttpRequest, form: _Provider, row: IdentityProvider | None) -> HttpResponse:
        units = {str(unit.uid): unit.name for unit in Unit.objects.all()} if row else {}
        rules = [
            (rule, ROLES[rule.role].label if rule.role in ROLES else rule.role, units.get(str(rule.unit_uid), "–"))
            for rule in (row.rules.filter(ended_at__isnull=True) if row else ())
        ]
        about = {"form": form, "row": row, "rules": rules, "rule_form": Rule(user=signed_in(request))}
        return render(request, "signing/provider.html", about)


@rule(SET_SIGN_IN, reach="all")
@require_POST
def rule_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Add a rule to a provider."""
    user = signed_in(request)
    require(user, SET_SIGN_IN)
    provider = get_object_or_404(IdentityProvider, uid=uid)
    form = Rule(request.POST, user=user)
    if form.is_valid():
        about = form.cleaned_data
        add_rule(user, provider, group=about["group"], role=about["role"], unit_uid=UUID(about["unit"]))
        messages.success(request, _("The group brings this role from the next sign-in of each of its people on."))
    else:
        messages.error(request, _("Name a group, a role and a unit."))
    return redirect("provider", uid=uid)


@rule(SET_SIGN_IN, reach="all")
@require_POST
def rule_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End a rule."""
    user = signed_in(request)
    require(user, SET_SIGN_IN)
    rule = get_object_or_404(GroupRule.objects.select_related("provider"), uid=uid)
    end_rule(user, rule)
    messages.success(request, _("The rule has ended. What it brought goes at each person's next sign-in."))
    return redirect("provider", uid=rule.provider.uid)


@rule(SET_SIGN_IN, reach="all")
class LostFactor(View):
    """Takes a person's second factors away because they lost them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        require(signed_in(request), SET_SIGN_IN)
        return self._show(request, Lost())

    def post(self, request: HttpRequest) -> HttpResponse:
        require(signed_in(request), SET_SIGN_IN)
        form = Lost(request.POST)
        if not form.is_valid():
            return self._show(request, form)
        user, why = form.cleaned_data["email"], form.cleaned_data["why"]
        take_away(signed_in(request), user, why=why)
        messages.success(request, _("%(name)s signs in without one now, and was told.") % {"name": user.name})
        return redirect("sign-in-how")

    def _show(self, request: HttpRequest, form: Lost) -> HttpResponse:
        about = {
            "form": form, "answer": _("Take lost second factors away."), "act": _("Take them away"),
            "rest": _("Make sure who asks: this is what a thief would ask for."), "back_url": reverse("sign-in-how"),
        }  # fmt: skip
        return render(request, "common/form.html", about)


@rule(REVIEW_BREAK_GLASS, reach="all")
@require_safe
def break_glass_uses(request: HttpRequest) -> HttpResponse:
    """Show what waits in the safe, and each use with its review."""
    require(signed_in(request), REVIEW_BREAK_GLASS)
    rows = BreakGlass.objects.filter(used_at__isnull=False).select_related("reviewed_by")[:PAGE]
    return render(request, "signing/break_glass_uses.html", {"rows": rows, "sealed": sealed_now()})


@rule(REVIEW_BREAK_GLASS, reach="all")
@require_POST
def break_glass_review(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take in the review of a use."""
    user = signed_in(request)
    require(user, REVIEW_BREAK_GLASS)
    review_use(user, get_object_or_404(BreakGlass, uid=uid), words=request.POST.get("review", ""))
    messages.success(request, _("Reviewed. Run `alcaide break-glass` on the machine to seal a new credential."))
    return redirect("break-glass-uses")


@rule(OPEN)
class BreakGlassDoor(View):
    """The page at which the sealed credential lets somebody in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "signing/break_glass.html", {"form": Emergency()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = Emergency(request.POST)
        place = place_of(request)
        usage = ratelimit.consume(request, app="allauth.account", action="login_failed", key="break-glass")
        if not usage:
            note(What.LOCKED, place, how="break_glass")
            return render(request, "429.html", status=429)
        if not form.is_valid():
            return render(request, "signing/break_glass.html", {"form": form})
        row = enter(place, **form.cleaned_data)
        if row is None or row.until is None or row.used_at is None:
            note(What.REFUSED, place, how="break_glass")
            form.add_error("credential", _("This credential is wrong, was used, or was replaced by a newer one."))
            return render(request, "signing/break_glass.html", {"form": form}, status=403)
        usage.rollback()
        record_authentication(request, row.user, method="break_glass")
        get_adapter().login(request, row.user)
        request.session[HAS_FACTOR] = True
        request.session[EMERGENCY_SINCE] = row.used_at.timestamp()
        request.session[EMERGENCY_UNTIL] = row.until.timestamp()
        request.session.set_expiry(row.hours * 3600)
        return redirect("home")


def provider_subject(uid: str, user: Any) -> Subject | None:
    """Name a provider to who sets how people sign in."""
    row = IdentityProvider.objects.filter(uid=uid).first() if scope_of(user).allows(SET_SIGN_IN) else None
    return Subject(row.name, f"/house/sign-ins/providers/{row.uid}/") if row else None


def offer() -> None:
    """Offer the page's entry in the side bar and the words of what the trail names."""
    offer_nav(NavItem("House", "Sign-ins", "sign-ins", "fingerprint", 930, SEE_SIGN_INS))
    offer_subject(IdentityProvider.SUBJECT, "Identity provider", provider_subject)


HOUSE_URLS: list[URLPattern] = [
    path("house/sign-ins/", SignIns.as_view(), name="sign-ins"),
    path("house/sign-ins/how/", how, name="sign-in-how"),
    path("house/sign-ins/rules/", RulesPage.as_view(), name="sign-in-rules"),
    path("house/sign-ins/providers/new/<slug:kind>/", ProviderPage.as_view(), name="provider-new"),
    path("house/sign-ins/providers/<uuid:uid>/", ProviderPage.as_view(), name="provider"),
    path("house/sign-ins/providers/<uuid:uid>/rules/", rule_new, name="group-rule-new"),
    path("house/sign-ins/rules/<uuid:uid>/end/", rule_end, name="group-rule-end"),
    path("house/sign-ins/lost/", LostFactor.as_view(), name="lost-factor"),
    path("house/break-glass/", break_glass_uses, name="break-glass-uses"),
    path("house/break-glass/<uuid:uid>/review/", break_glass_review, name="break-glass-review"),
    path("sign-in/break-glass/", BreakGlassDoor.as_view(), name="break-glass"),
]
