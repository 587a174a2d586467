"""How tests of this room open pages and read their headings."""

from django.test import Client
from django.urls import reverse

from alcaide.organization.tests.factories import make_user


def as_role(role, unit=None) -> Client:
    client = Client()
    client.force_login(make_user(role, unit=unit))
    return client


def heading(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    text = answer.content.decode()
    return " ".join(text.split("<h1>")[1].split("</h1>")[0].replace("<span>", "").replace("</span>", "").split())


def page(client: Client, name: str, *arguments, **asked):
    return client.get(reverse(name, args=arguments), asked)
