"""Pages of the feeds."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from alcaide.common.jobs import Progress
from alcaide.organization.tests.factories import HOUSE, make_user
from alcaide.threats.due import due
from alcaide.threats.jobs import read_feed
from alcaide.threats.models import Feed
from alcaide.threats.services import take_in_epss

from .samples import epss, kev, stored

pytestmark = pytest.mark.django_db
FLAW = ("CVE-2024-0001", "2026-11-01")


@pytest.fixture
def chief(client):
    user = make_user("chief")
    client.force_login(user)
    return user


def upload(client, content: bytes, name: str = "kev.json", **more):
    return client.post(reverse("feed-new"), {"file": SimpleUploadedFile(name, content), **more})


def test_without_feeds_the_page_says_what_that_means(client, chief):
    page = client.get(reverse("threats")).content.decode()
    assert "No threat feed is loaded yet." in page
    assert "nothing is marked as exploited" in page


def test_an_upload_is_read_by_a_job_and_shows_what_it_changed(client, chief):
    answer = upload(client, kev(FLAW))
    feed = Feed.objects.get()
    assert "waits to be read" in client.get(answer.url).content.decode()
    read_feed(Progress(), feed=str(feed.uid))
    page = client.get(answer.url).content.decode()
    assert "1 added, 0 changed, 0 taken off." in page
    assert "in force" in page


def test_an_older_edition_is_refused_on_the_form_unless_wished(client, chief):
    take_in_epss(HOUSE, file=stored(epss(("CVE-2024-0001", 0.1), on="2026-11-20"), "epss.csv"))
    older = epss(("CVE-2024-0001", 0.2), on="2026-11-19")
    answer = upload(client, older, "epss.csv")
    assert answer.status_code == 422
    assert "the one in force is newer" in answer.content.decode()
    assert upload(client, older, "epss.csv", force="on").status_code == 302


def test_a_file_that_is_no_feed_is_refused(client, chief):
    assert "is not a threat feed" in upload(client, b"<NessusClientData_v2></NessusClientData_v2>").content.decode()


@pytest.mark.parametrize("name", ["threats", "feed-new"])
def test_a_stranger_is_sent_to_the_sign_in_and_an_employee_is_refused(client, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(make_user("employee"))
    assert client.get(reverse(name)).status_code == 403


def test_missing_and_old_feeds_are_due_for_whoever_may_bring_them():
    take_in_epss(HOUSE, file=stored(epss(("CVE-2024-0001", 0.1), on="2020-01-01"), "epss.csv"))
    titles = [each.title for each in due(make_user("analyst"))]
    assert len(titles) == 2
    assert "not loaded" in titles[0]
    assert "out of date" in titles[1]
    assert list(due(make_user("auditor"))) == []
