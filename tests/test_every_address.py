"""Every address as a stranger, as someone without a role, and as every role."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from alcaide.organization.tests.factories import make_organization, make_user
from walker import Walker

pytestmark = pytest.mark.django_db

OPEN = {
    "sign-in", "sign-in-link", "theme", "health", "authority", "authority-file",
    "service-worker", "year-feed", "offline", "offline-waiting", "account_login", "account_signup", "account_inactive",
    "mfa_authenticate", "mfa_login_webauthn", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key_done", "account_reset_password_from_key", "account_logout",
    "break-glass", "openid_connect_login", "openid_connect_callback", "saml_login", "saml_acs", "saml_finish_acs",
    "saml_sls", "saml_metadata", "socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup",
}  # fmt: skip
NOT_THERE = str(uuid4())
# Open, and not there before the first start with --tls, or before a provider of this name is set up.
PERHAPS = {
    "year-feed",
    "authority-file",
    "openid_connect_login",
    "openid_connect_callback",
    "saml_login",
    "saml_finish_acs",
    "saml_sls",
    "saml_metadata",
    "socialaccount_login_error",
}
# What anyone who is signed in may open: their own list, their own account, a search that finds only what they may see.
OWN = {
    "home",
    "decide",
    "search",
    "command",
    "password",
    "sign-out",
    "matters",
    "matter-emergency",
    "offline-token",
    "year",
    "year-missed",
    "year-quiet",
    "year-calendar",
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "sessions",
    "sessions-end",
    "held-about-me",
    "held-about-me-correct",
    "held-about-me-file",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "socialaccount_connections",
}


def addresses() -> Iterator[tuple[str, str]]:
    """Yield the name and a filled path of every address of the house."""

    def walk(patterns: list[URLPattern | URLResolver], front: str) -> Iterator[tuple[str, str]]:
        for each in patterns:
            path = front + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, path)
            elif each.name:
                yield each.name, "/" + filled(path)

    yield from walk(get_resolver().url_patterns, "")


def filled(path: str) -> str:
    """Put something in the place of each argument."""
    path = path.replace("^", "").replace("(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", "x-x/")
    while "<" in path:
        start, end = path.index("<"), path.index(">")
        kind, _, _ = path[start + 1 : end].partition(":")
        path = path[:start] + {"uuid": NOT_THERE, "int": "1"}.get(kind, "x") + path[end + 1 :]
    return path


def test_there_are_addresses_to_walk() -> None:
    assert {"home", "run", "assets", "reports"} <= {name for name, _ in addresses()}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in_everywhere(client: Client, method: str) -> None:
    make_organization()
    for name, path in addresses():
        if name not in OPEN:
            answer = getattr(client, method)(path)
            assert answer.status_code == 302, (name, answer.status_code)
            assert answer["Location"].startswith("/sign-in/"), name


def test_someone_without_a_role_sees_only_what_is_their_own(client: Client) -> None:
    make_organization()
    client.force_login(make_user(None))
    for name, path in addresses():
        answer = client.get(path)
        allowed = {200, 302, 405} if name in OWN | OPEN - PERHAPS else {401, 403, 404, 405}
        assert answer.status_code in allowed, (name, answer.status_code)


def test_no_address_fails_over_a_record_that_is_not_there() -> None:
    """As the chief, whom every door lets pass; `test_matrix.py` asks all as each role, with records that are there."""
    make_organization()
    walker = Walker(make_user("chief"), draws=False)
    for name, path in addresses():
        for method in ("GET", "POST"):
            status = walker.status(method, path)
            assert status < 500, (name, method, status)
            assert status != 200 or NOT_THERE not in path, (name, method)


@pytest.mark.parametrize("role", ["auditor", "executive", "employee"])
def test_those_who_only_read_cannot_write(client: Client, role: str) -> None:
    make_organization()
    client.force_login(make_user(role))
    for name in ("asset-new", "scenario-new", "measure-new", "report-new", "unit-new", "person-new", "grant-new"):
        path = next((path for each, path in addresses() if each == name), None)
        if path:
            assert client.post(path, {}).status_code == 403, name
