"""The pages of who runs the house: the log, the rules, providers and what their groups bring."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from alcaide.common.holds.exporting import SECRET
from alcaide.common.models import BreakGlass, GroupRule, IdentityProvider, Notice, SignedIn, SignInRules, User
from alcaide.common.monitors.names import masked
from alcaide.common.sealing import unseal
from alcaide.common.signing.queries import forget_rules, open_doors
from alcaide.common.signing.services import Place, forget_ended, note, open_door
from alcaide.organization.tests.factories import make_organization, make_user
from alcaide.organization.tests.monitored import agree_to

pytestmark = pytest.mark.django_db
OIDC = {
    "name": "Head office", "server_url": "https://id.example.org", "client_id": "alcaide", "secret": "s3cret-s3cret",
    "groups_field": "groups", "is_on": "on",
}  # fmt: skip


@pytest.fixture
def chief(client) -> Client:
    cache.clear()
    make_organization()
    client.force_login(make_user("chief"))
    return client


def test_the_log_is_read_by_nobody_until_its_terms_are_agreed_but_its_numbers_stand(chief):
    note("refused", Place("10.0.0.1", "Firefox on Windows"), email="eve@example.org", how="password")
    page = chief.get("/house/sign-ins/").content.decode()
    assert "is off here, because nothing is recorded for this unit" in page
    assert "1 refusal at the door" in page
    assert "eve@example.org" not in page


def test_the_agreed_log_shows_pseudonyms_and_networks_alone(chief):
    agree_to("sign_ins")
    ana = make_user("analyst")
    note("in", Place("10.1.2.3", "Firefox on Windows"), user=ana, how="password")
    note("refused", Place("10.0.0.1", "curl"), email="eve@example.org", how="password")
    page = chief.get("/house/sign-ins/").content.decode()
    assert masked("sign_ins", ana.uid) in page
    assert "10.1.0.0/16" in page
    for hidden in (ana.name, ana.email, "10.1.2.3", "eve@example.org"):
        assert hidden not in page


def test_an_analyst_sees_no_log_but_their_own(client):
    make_organization()
    client.force_login(make_user("analyst"))
    assert client.get("/house/sign-ins/").status_code == 403
    assert client.get("/account/sessions/").status_code == 200


def test_the_rules_take_effect_at_the_next_page(chief, settings):
    settings.SECOND_FACTOR_ROLES = None
    forget_rules()
    assert chief.get("/house/sign-ins/")["Location"] == "/account/factors/"
    SignInRules.objects.create(second_factor_roles=[])
    forget_rules()
    assert chief.get("/house/sign-ins/").status_code == 200
    typed = {"second_factor_roles": ["chief", "analyst"], "version": SignInRules.objects.get().version}
    assert chief.post("/house/sign-ins/rules/", typed).status_code == 302
    assert SignInRules.objects.get().second_factor_roles == ["analyst", "chief"]
    assert chief.get("/house/sign-ins/")["Location"] == "/account/factors/"
    forget_rules()


def test_a_secret_is_kept_sealed_and_shown_never_again(chief):
    chief.post("/house/sign-ins/providers/new/openid_connect/", OIDC)
    row = IdentityProvider.objects.get()
    assert unseal(row.sealed_secret) == OIDC["secret"]
    page = chief.get(f"/house/sign-ins/providers/{row.uid}/").content.decode()
    assert OIDC["secret"] not in page
    assert row.sealed_secret not in page
    chief.post(f"/house/sign-ins/providers/{row.uid}/", {**OIDC, "secret": "", "name": "Other", "version": 1})
    row.refresh_from_db()
    assert (row.name, unseal(row.sealed_secret)) == ("Other", OIDC["secret"])


def test_a_second_save_of_an_old_form_is_told_as_a_lost_update(chief):
    chief.post("/house/sign-ins/providers/new/openid_connect/", OIDC)
    path = f"/house/sign-ins/providers/{IdentityProvider.objects.get().uid}/"
    chief.post(path, {**OIDC, "version": 1})
    assert chief.post(path, {**OIDC, "version": 1}).status_code == 409


def test_a_rule_is_added_and_ended(chief):
    chief.post("/house/sign-ins/providers/new/openid_connect/", OIDC)
    row, top = IdentityProvider.objects.get(), make_organization()
    chief.post(
        f"/house/sign-ins/providers/{row.uid}/rules/", {"group": "admins", "role": "auditor", "unit": str(top.uid)}
    )
    rule = GroupRule.objects.get()
    assert "admins" in chief.get(f"/house/sign-ins/providers/{row.uid}/").content.decode()
    chief.post(f"/house/sign-ins/rules/{rule.uid}/end/")
    assert "admins" not in chief.get(f"/house/sign-ins/providers/{row.uid}/").content.decode()


def test_lost_factors_are_taken_away_and_everybody_who_must_know_is_told(chief):
    ana = make_user("analyst")
    TOTP.activate(ana, generate_totp_secret())
    theirs = Client()
    theirs.force_login(ana)
    typed = {"email": ana.email, "why": "She stood before me with her badge."}
    assert chief.post("/house/sign-ins/lost/", typed).status_code == 302
    assert not Authenticator.objects.filter(user=ana).exists()
    assert {"lost_factor"} == set(Notice.objects.filter(user=ana).values_list("kind", flat=True))


def test_nobody_takes_their_own_factor_away_there(chief):
    me = User.objects.get(pk=chief.session["_auth_user_id"])
    typed = {"email": me.email, "why": "I stand before myself, believe me."}
    assert chief.post("/house/sign-ins/lost/", typed).status_code == 403


def test_a_clock_set_back_shuts_nobody_out_and_shows_no_future(chief, monkeypatch):
    user = User.objects.get(pk=chief.session["_auth_user_id"])
    open_door(user, Place("10.0.0.1", "Firefox"), session_key=chief.session.session_key, how="password")
    before = timezone.now() - timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: before)
    assert chief.get("/account/sessions/").status_code == 200
    assert [door.session_secret for door in open_doors(user)] == [chief.session.session_key]


def test_columns_that_open_something_say_so_to_whatever_exports_them():
    named = {
        field.name
        for model in (SignedIn, BreakGlass, IdentityProvider)
        for field in model._meta.get_fields()
        if any(word in field.name for word in ("session", "credential", "secret", "key"))
    }
    assert {name for name in named if not any(word in name for word in SECRET)} == set()


def test_places_where_nobody_was_seen_for_a_month_are_forgotten(chief):
    user = User.objects.get(pk=chief.session["_auth_user_id"])
    open_door(user, Place("10.0.0.1", "Firefox"), session_key="a" * 32, how="password")
    assert forget_ended() == 0
    SignedIn.objects.update(seen_at=timezone.now() - timedelta(days=31))
    assert forget_ended() == 1
