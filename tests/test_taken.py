"""What leaves as a file: the digest in the trail is that of the bytes that left."""

import hashlib
import json

import pytest
from django.http import QueryDict

from alcaide.common.lists import export
from alcaide.common.models import TrailLine, TrailValue
from alcaide.common.taken import sent
from alcaide.organization.tables import PEOPLE
from alcaide.organization.tests.factories import make_organization, make_person, make_user

pytestmark = pytest.mark.django_db


def told(verb):
    line = TrailLine.objects.get(verb=verb)
    return {each.field: json.loads(each.value) for each in TrailValue.objects.filter(line=line)}


@pytest.fixture
def chief():
    make_organization()
    make_person()
    return make_user("chief")


def test_a_csv_that_streamed_whole_has_its_digest_in_the_trail(chief):
    answer = export(PEOPLE, chief, QueryDict("q="), form="csv", columns=PEOPLE.columns)
    number = told("export")["rows"]
    assert not TrailLine.objects.filter(verb="export_done").exists()
    content = b"".join(answer.streaming_content)
    assert told("export_done") == {
        "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "rows": number, "is_whole": True,
    }  # fmt: skip


def test_a_workbook_has_its_digest_before_it_leaves(chief):
    answer = export(PEOPLE, chief, QueryDict(""), form="xlsx", columns=PEOPLE.columns)
    digest = told("export")["sha256"]
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == digest


def test_a_file_that_is_broken_off_says_so(chief):
    lines = sent(iter(["head\n", "one\n", "two\n"]), chief, "common.list:people")
    assert [next(lines), next(lines)] == [b"head\n", b"one\n"]
    lines.close()
    kept = told("export_done")
    assert (kept["is_whole"], kept["rows"], kept["sha256"]) == (False, 1, hashlib.sha256(b"head\none\n").hexdigest())
