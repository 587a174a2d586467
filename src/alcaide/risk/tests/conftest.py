"""What the page tests of this room share."""

import pytest
from django.test import Client

from alcaide.organization.tests.factories import make_organization, make_user


@pytest.fixture
def chief(client: Client) -> Client:
    """A browser in which the chief is signed in."""
    make_organization()
    client.force_login(make_user("chief"))
    return client
