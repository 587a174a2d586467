"""Signing in through a SAML provider whose assertions are really signed, and every way in which they may be wrong."""

import base64
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from saml_server import ENTITY, SSO, Idp, pair

from alcaide.common.models import GroupRule, IdentityProvider, SignInLine
from alcaide.common.signing.providers import add_provider
from alcaide.common.trail import System
from alcaide.organization.models import Grant
from alcaide.organization.tests.factories import make_organization, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LOCAL = {"HTTP_HOST": "localhost"}


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    cache.clear()


@pytest.fixture
def row() -> IdentityProvider:
    make_organization()
    return add_provider(
        System("set-up"), kind="saml", name="Group", entity_id=ENTITY, sso_url=SSO, certificate=pair("idp")[1]
    )


@pytest.fixture
def ana(row):
    return make_user("analyst")


def ask(client: Client, row: IdentityProvider) -> str:
    answer = client.get(f"/sign-in/saml/{row.slug}/", **LOCAL)
    assert answer["Location"].startswith(SSO)
    return answer["Location"]


def bring(client: Client, row: IdentityProvider, posted: str):
    answer = client.post(f"/sign-in/saml/{row.slug}/acs/", {"SAMLResponse": posted}, **LOCAL)
    return client.get(answer["Location"], **LOCAL)


def is_in(client: Client) -> bool:
    return client.get("/decide/", **LOCAL).status_code == 200


def test_a_known_person_is_let_in(client, row, ana):
    answer = bring(client, row, Idp(ana.email).answer(ask(client, row)))
    assert answer["Location"] == "/"
    assert is_in(client)
    assert SignInLine._base_manager.get(what="in").how == row.slug


def test_groups_bring_roles(client, row):
    who, top = make_user(None), make_organization()
    GroupRule.objects.create(provider=row, group="auditors", role="auditor", unit_uid=top.uid)
    bring(client, row, Idp(who.email, groups=["x", "auditors"]).answer(ask(client, row)))
    assert Grant.objects.get(user=who, withdrawn_at__isnull=True).role == "auditor"


def test_the_last_administrator_keeps_the_role_that_a_group_brought(client, row):
    who, top = make_user(None), make_organization()
    GroupRule.objects.create(provider=row, group="admins", role="administrator", unit_uid=top.uid)
    bring(client, row, Idp(who.email, groups=["admins"]).answer(ask(client, row)))
    Grant.objects.exclude(user=who).filter(role="administrator").update(withdrawn_at="2026-01-01T00:00Z")
    client.logout()
    bring(client, row, Idp(who.email, groups=[]).answer(ask(client, row)))
    assert Grant.objects.filter(user=who, role="administrator", withdrawn_at__isnull=True).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "stranger"}, {"is_signed": False}, {"ends": timedelta(minutes=-10), "begins": timedelta(hours=-1)},
        {"begins": timedelta(hours=1), "ends": timedelta(hours=2)}, {"audience": "https://elsewhere.example"},
        {"in_response_to": "_another"}, {"issuer": "https://elsewhere.example"},
        {"recipient": "https://elsewhere.example/acs"}, {"proven": "false"},
    ],
    ids="-".join,
)  # fmt: skip
def test_an_assertion_that_is_wrong_lets_nobody_in(client, row, ana, wrong):
    answer = bring(client, row, Idp(ana.email, **wrong).answer(ask(client, row)))
    assert answer.status_code != 302
    assert not is_in(client)


def test_an_assertion_changed_after_signing_lets_nobody_in(client, row, ana):
    other = make_user("chief")
    posted = base64.b64decode(Idp(ana.email).answer(ask(client, row))).replace(ana.email.encode(), other.email.encode())
    assert bring(client, row, base64.b64encode(posted).decode()).status_code != 302
    assert not is_in(client)


def test_an_unsigned_assertion_wrapped_around_a_signed_one_lets_nobody_in(client, row, ana):
    other = make_user("chief")
    link = ask(client, row)
    good = base64.b64decode(Idp(ana.email).answer(link)).decode()
    bad = base64.b64decode(Idp(other.email, is_signed=False).answer(link)).decode()
    evil = bad[bad.index("<saml:Assertion") : bad.index("</samlp:Response>")]
    start = good.index("<saml:Assertion")
    for posted in (good[:start] + evil + good[start:], good.replace("</samlp:Response>", evil + "</samlp:Response>")):
        assert bring(client, row, base64.b64encode(posted.encode()).decode()).status_code != 302
    assert not is_in(client)


def test_an_answer_counts_once(client, row, ana):
    posted = Idp(ana.email).answer(ask(client, row))
    bring(client, row, posted)
    client.post("/sign-out/", **LOCAL)
    assert bring(client, row, posted).status_code != 302
    assert not is_in(client)


def test_an_answer_in_a_browser_that_did_not_ask_is_refused(client, row, ana):
    posted = Idp(ana.email).answer(ask(client, row))
    other = Client()
    assert bring(other, row, posted).status_code != 302
    assert not is_in(other)


def test_nobody_comes_in_without_having_asked(client, row, ana):
    posted = Idp(ana.email).response(
        acs=f"http://localhost/sign-in/saml/{row.slug}/acs/",
        entity=f"http://localhost/sign-in/saml/{row.slug}/metadata/", request_id="_never",
    )  # fmt: skip
    assert bring(client, row, posted).status_code != 302
    assert not is_in(client)


@pytest.mark.parametrize(
    "posted",
    [
        "not base64 at all", base64.b64encode(b"<a").decode(), "",
        base64.b64encode(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>').decode(),
        base64.b64encode(b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>').decode(),
    ],
)  # fmt: skip
def test_what_is_no_assertion_is_refused_in_words(client, row, posted):
    answer = bring(client, row, posted)
    assert answer.status_code in {200, 400, 401, 403}
    assert "You were not let in" in answer.content.decode()
    assert "root:" not in answer.content.decode()


def test_the_house_describes_itself_to_the_provider(client, row):
    answer = client.get(f"/sign-in/saml/{row.slug}/metadata/", **LOCAL)
    assert b"AssertionConsumerService" in answer.content


def test_the_libraries_of_signatures_and_of_xml_are_built_alike():
    import xmlsec  # noqa: PLC0415  fails at import where it was built against another libxml2 than lxml
    from lxml import etree  # noqa: PLC0415  beside it

    assert xmlsec.get_libxml_version() == etree.LIBXML_VERSION
