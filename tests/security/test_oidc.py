"""Signing in through an OpenID provider that speaks the protocol on this machine."""

import http.client
from urllib.parse import urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from oidc_server import CLIENT, SECRET, Provider

from alcaide.common.models import GroupRule, IdentityProvider, SignInLine, TrailValue, User
from alcaide.common.signing.providers import add_provider
from alcaide.common.trail import System
from alcaide.organization.models import Grant
from alcaide.organization.tests.factories import make_organization, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SET_UP = System("set-up")


@pytest.fixture
def provider():
    made = Provider()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    cache.clear()


@pytest.fixture
def row(provider, settings) -> IdentityProvider:
    settings.FETCH_ALLOWED = [provider.address]
    make_organization()
    return add_provider(
        SET_UP, kind="openid_connect", name="Head office", server_url=provider.address, client_id=CLIENT, secret=SECRET
    )


def go(client, row, *, next_url: str = "", through: bool = True):
    """Walk the whole way: to the provider, and back with what it answered."""
    begun = client.get(f"/sign-in/with/{row.slug}/", {"next": next_url} if next_url else {})
    assert begun.status_code == 302, begun.content
    parts = urlsplit(begun["Location"])
    asking = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    asking.request("GET", f"{parts.path}?{parts.query}")
    back = urlsplit(asking.getresponse().getheader("Location"))
    asking.close()
    return client.get(f"{back.path}?{back.query}") if through else f"{back.path}?{back.query}"


def person(provider, user: User, **more) -> None:
    provider.claims = {"sub": "u-1", "email": user.email, "email_verified": True, **more}


def test_a_known_person_is_let_in_and_the_log_says_through_whom(client, provider, row):
    ana = make_user("analyst")
    person(provider, ana)
    assert go(client, row)["Location"] == "/"
    assert client.get("/decide/").status_code == 200
    line = SignInLine._base_manager.get(what="in")
    assert (line.user, line.how) == (ana, row.slug)
    assert SocialAccount.objects.get().user == ana


def test_an_unknown_person_is_refused_unless_the_provider_may_bring_people(client, provider, row):
    provider.claims = {"sub": "u-2", "email": "new@example.org", "email_verified": True, "name": "New One"}
    answer = go(client, row)
    assert answer.status_code == 403
    assert "Nobody with the address new@example.org" in answer.content.decode()
    IdentityProvider.objects.update(may_create=True)
    assert go(client, row)["Location"] == "/"
    assert User.objects.get(email="new@example.org").name == "New One"


def test_an_address_that_the_provider_did_not_prove_ties_nobody(client, provider, row):
    ana = make_user("chief")
    person(provider, ana, email_verified=False)
    assert go(client, row).status_code == 403
    assert not SocialAccount.objects.exists()
    IdentityProvider.objects.update(trusts_email=True)
    assert go(client, row)["Location"] == "/"


@pytest.mark.parametrize(
    "spoil",
    [
        {"aud": "another"}, {"iss": "https://elsewhere.example"}, {"exp": 1_000_000_000}, {"sub": "u-9"},
    ],
)  # fmt: skip
def test_a_token_for_another_of_another_or_too_old_is_refused(client, provider, row, spoil):
    person(provider, make_user("chief"))
    provider.spoil = spoil
    assert go(client, row).status_code != 302
    assert client.get("/decide/").status_code == 302
    assert SignInLine._base_manager.filter(what="refused", how=row.slug).exists()


def test_a_token_signed_by_another_key_is_refused(client, provider, row):
    person(provider, make_user("chief"))
    provider.sign_with = provider.other_key
    assert go(client, row).status_code != 302
    assert client.get("/decide/").status_code == 302


@pytest.mark.parametrize(("algorithm", "key"), [("none", None), ("HS256", SECRET)])
def test_a_token_signed_by_nobody_or_with_the_shared_secret_is_refused(client, provider, row, algorithm, key):
    person(provider, make_user("chief"))
    provider.algorithm, provider.sign_with = algorithm, key
    assert go(client, row).status_code != 302
    assert client.get("/decide/").status_code == 302


def test_an_answer_counts_once(client, provider, row):
    person(provider, make_user("analyst"))
    back = go(client, row, through=False)
    assert client.get(back).status_code == 302
    client.post("/sign-out/")
    assert client.get(back).status_code != 302
    assert client.get("/decide/").status_code == 302


def test_an_answer_in_a_browser_that_did_not_ask_is_refused(client, provider, row):
    person(provider, make_user("analyst"))
    back = go(client, row, through=False)
    other = client.__class__()
    assert other.get(back).status_code != 302
    assert other.get("/decide/").status_code == 302


def test_nobody_is_sent_on_to_another_host(client, provider, row):
    person(provider, make_user("analyst"))
    assert go(client, row, next_url="https://elsewhere.example/")["Location"] == "/"


def test_a_group_brings_a_role_and_its_leaving_takes_it(client, provider, row):
    ana, unit = make_user(None), make_unit("Plant")
    GroupRule.objects.create(provider=row, group="sec-analysts", role="analyst", unit_uid=unit.uid)
    person(provider, ana, groups=["sec-analysts", "staff"])
    go(client, row)
    held = Grant.objects.get(user=ana, withdrawn_at__isnull=True)
    assert (held.role, held.unit) == ("analyst", unit)
    person(provider, ana, groups=["staff"])
    go(client, row)
    assert not Grant.objects.filter(user=ana, withdrawn_at__isnull=True).exists()


def test_a_role_granted_by_hand_stays_when_groups_change(client, provider, row):
    ana = make_user("analyst")
    GroupRule.objects.create(provider=row, group="g", role="analyst", unit_uid=Grant.objects.get(user=ana).unit.uid)
    person(provider, ana, groups=["g"])
    go(client, row)
    person(provider, ana, groups=[])
    go(client, row)
    assert Grant.objects.filter(user=ana, withdrawn_at__isnull=True).count() == 1


def test_the_last_chief_keeps_the_role_that_a_group_brought(client, provider, row):
    Grant.objects.filter(role="chief").update(withdrawn_at="2026-01-01T00:00Z")
    ana, unit = make_user(None), make_organization()
    GroupRule.objects.create(provider=row, group="chiefs", role="chief", unit_uid=unit.uid)
    person(provider, ana, groups="chiefs")
    go(client, row)
    person(provider, ana, groups=[])
    go(client, row)
    assert Grant.objects.filter(user=ana, role="chief", withdrawn_at__isnull=True).exists()


def test_a_provider_that_is_off_lets_nobody_in(client, provider, row):
    IdentityProvider.objects.update(is_on=False)
    assert client.get(f"/sign-in/with/{row.slug}/").status_code == 404
    assert "Head office" not in client.get("/sign-in/").content.decode()


def test_the_secret_is_sealed_and_stands_in_no_trail(row):
    assert SECRET not in IdentityProvider.objects.get().sealed_secret
    assert not TrailValue.objects.filter(value__contains=SECRET).exists()


def test_a_provider_inside_a_private_network_is_not_asked_unless_named(client, provider, row, settings):
    settings.FETCH_ALLOWED = []
    answer = client.get(f"/sign-in/with/{row.slug}/")
    assert answer.status_code == 502
    assert "ALCAIDE_FETCH_ALLOW" in answer.content.decode()
