"""What requests may not do: come from elsewhere, send people elsewhere, name fields or rows that are not theirs."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.template.backends.django import Template
from django.test import Client
from walking import addresses, patterns

import alcaide
from alcaide.assets.models import Asset
from alcaide.assets.tests.factories import make_asset
from alcaide.common.models import User
from alcaide.organization.tests.factories import make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db
SOURCE = Path(alcaide.__file__).parent
# Taken in without the form's token, each with its own proof.
WITHOUT_TOKEN = {
    "saml_acs": "the provider's signature, read in the visitor's own session",
    "saml_sls": "the provider's signature",
}
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "https:evil.example", "javascript:alert(1)",
    "\t//evil.example", "http:///evil.example",
]  # fmt: skip
LONG_WORDS = [
    "a" * 20_000, "(" * 5_000, "a!" * 5_000, "%" * 9_000, " " * 9_000 + "x", "@" * 5_000, "é" * 9_000,
]  # fmt: skip


@pytest.mark.once
def test_every_post_needs_the_token_of_its_form() -> None:
    make_organization()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("chief"))
    for name, path in addresses():
        answer = client.post(path, {})
        if name in WITHOUT_TOKEN:
            continue
        assert answer.status_code in {403, 404, 405}, (name, answer.status_code)


def test_what_needs_no_token_is_named_here_with_its_reason() -> None:
    exempt = {each.name for each, _path in patterns() if getattr(each.callback, "csrf_exempt", False)}
    assert exempt == set(WITHOUT_TOKEN)


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize(
    "target", [*ELSEWHERE[:3], *(pytest.param(target, marks=pytest.mark.full) for target in ELSEWHERE[3:])]
)
def test_no_address_sends_anybody_elsewhere(client: Client, target: str) -> None:
    make_organization()
    user = make_user("chief")
    named = {name: target for name in ("next", "back", "url", "return", "return_to", "to", "redirect", "RelayState")}
    with nothing_drawn():
        for name, path in addresses():
            client.force_login(user)
            for answer in (client.get(path, named), client.post(f"{path}?next={target}", named, HTTP_REFERER=target)):
                where = urlsplit(answer.headers.get("Location", "").replace("\\", "/"))
                assert where.netloc in {"", "testserver"}, (name, answer["Location"])
                assert where.scheme in {"", "http"}, (name, answer["Location"])


def nothing_drawn() -> Any:
    """Leave every template undrawn: where an answer leads is decided before."""
    return patch.object(Template, "render", lambda self, context=None, request=None: "")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_sends_nobody_elsewhere(client: Client, target: str) -> None:
    make_organization()
    user = make_user("chief")
    answer = client.post(f"/sign-in/?next={target}", {
        "login": user.email, "password": "correct horse battery", "next": target,
    })  # fmt: skip
    assert answer["Location"] == "/"


def test_a_form_takes_only_its_own_fields(client: Client) -> None:
    mine, theirs = make_unit("Mine"), make_unit("Theirs")
    ana = make_user("analyst", unit=mine)
    asset = make_asset("gate", unit=mine)
    client.force_login(ana)
    path = f"/assets/{asset.uid}/edit/"
    form = client.get(path).context["form"]
    typed = {name: bound.value() if bound.value() is not None else "" for name, bound in ((b.name, b) for b in form)}
    typed |= {
        "id": 999_999, "pk": 999_999, "uid": "00000000-0000-4000-8000-000000000000", "unit_id": theirs.pk,
        "created_at": "2001-01-01", "is_active": "", "version": form.initial.get("version", 1),
    }  # fmt: skip
    client.post(path, typed)
    after = Asset.objects.get(pk=asset.pk)
    assert (after.uid, after.unit_id, after.created_at) == (asset.uid, mine.pk, asset.created_at)
    client.post(path, {**typed, "unit": theirs.uid, "version": after.version})
    assert Asset.objects.get(pk=asset.pk).unit_id == mine.pk


def test_signing_in_makes_nobody_more_than_they_are(client: Client) -> None:
    make_organization()
    user = make_user(None)
    client.post("/sign-in/", {
        "login": user.email, "password": "correct horse battery", "is_superuser": "1", "role": "chief", "user": 1,
    })  # fmt: skip
    assert client.get("/house/sign-ins/").status_code == 403
    assert not User.objects.get(pk=user.pk).grants.exists()


@pytest.mark.slow
@pytest.mark.parametrize("words", LONG_WORDS, ids=lambda words: f"{words[:2]!r}x{len(words)}")
def test_no_search_can_be_made_to_take_long(client: Client, words: str) -> None:
    make_organization()
    client.force_login(make_user("chief"))
    for path in ("/search/", "/search/bar/", "/assets/", "/trail/", "/house/sign-ins/"):
        began = time.process_time()
        client.get(path, {"q": words})
        assert time.process_time() - began < 2, path


@pytest.mark.once
def test_no_pattern_of_the_house_can_be_made_to_take_long() -> None:
    hostile = [
        "a" * 3_000 + "!",
        "1" * 3_000 + "x",
        "-a" * 1_500,
        "1," * 1_500 + "x",
        "<a " * 1_000,
        "@a." * 1_000 + " ",
    ]
    for place, pattern in written_patterns():
        for words in hostile:
            began = time.process_time()
            for act in (pattern.search, pattern.fullmatch):
                act(words)
            assert time.process_time() - began < 0.5, (place, pattern.pattern)


def written_patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for file in SOURCE.rglob("*.py"):
        if "tests" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    # Our own source is read.
                    flags = eval(ast.unparse(node.args[1]), {"re": re}) if len(node.args) > 1 else 0  # noqa: S307
                    yield file.name, re.compile(first.value, flags)
