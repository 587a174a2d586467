"""What every answer carries."""

import re

import pytest
from django.test import Client

from alcaide.organization.tests.factories import make_organization, make_user

pytestmark = pytest.mark.django_db
PAGES = ["/", "/decide/", "/board/", "/search/?q=a", "/organization/", "/assets/", "/risk/scenarios/", "/measures/"]


@pytest.fixture
def signed_in(client: Client) -> Client:
    make_organization()
    client.force_login(make_user("chief"))
    return client


@pytest.mark.parametrize("path", PAGES)
def test_no_page_lets_script_or_style_in_from_elsewhere(signed_in: Client, path: str) -> None:
    answer = signed_in.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    text = answer.content.decode()
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"""(?:src|href|action)=["']https?://""", text)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_that_says_something(signed_in: Client, path: str) -> None:
    headings = re.findall(r"<h1[^>]*>(.*?)</h1>", signed_in.get(path).content.decode(), re.S)
    assert len(headings) == 1
    assert len(re.sub(r"<[^>]+>|\s", "", headings[0])) > 5


def test_a_page_that_is_not_there_says_so(signed_in: Client) -> None:
    assert signed_in.get("/no/such/page/").status_code == 404
