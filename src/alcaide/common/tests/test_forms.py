"""Pieces of forms: what people type, what comes out, and what they are told."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string

from alcaide.common.forms import MoneyField, UploadField, Versioned
from alcaide.common.models import StoredFile, User


class Priced(Versioned):
    cost = MoneyField(label="Cost")
    limit = MoneyField(label="Limit", required=False, least_minor=100)


@pytest.mark.parametrize(
    ("typed", "minor"), [("1,250.50", 125050), ("25k", 2_500_000), (" 1.2M ", 120_000_000), ("0", 0)]
)
def test_a_sum_is_read_as_people_type_it(typed: str, minor: int) -> None:
    form = Priced({"cost": typed})
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["cost"], form.cleaned_data["limit"]) == (minor, None)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"cost": "much"}, "cost", "is not a sum"),
        ({"cost": "1.234"}, "cost", "more decimals"),
        ({"cost": "-5"}, "cost", "at least €0"),
        ({"cost": "5", "limit": "0.5"}, "limit", "at least €1"),
        ({"cost": ""}, "cost", "required"),
    ],
)
def test_a_wrong_sum_is_said_beside_its_field(data, field: str, words: str) -> None:
    form = Priced(data)
    assert not form.is_valid()
    assert words in form.errors[field][0]


def test_a_kept_sum_stands_in_the_form_as_typed() -> None:
    form = Priced(initial={"cost": 125050})
    assert 'value="1,250.50"' in str(form["cost"])
    assert not Priced({"cost": "1250.50"}, initial={"cost": 125050}).fields["cost"].has_changed(125050, "1250.50")
    assert Priced({"cost": "x"}).fields["cost"].has_changed(1, "x")


def test_a_file_over_the_cap_is_told_with_both_sizes() -> None:
    class Upload(forms.Form):
        file = UploadField(cap_bytes=1_500_000)

    form = Upload({}, {"file": SimpleUploadedFile("scan.xml", b"x" * 2_000_000)})
    assert not form.is_valid()
    assert form.errors["file"] == ["“scan.xml” has 2.0 MB; at most 1.5 MB are taken."]
    assert 'data-max-bytes="1500000"' in str(Upload()["file"])
    assert Upload({}, {"file": SimpleUploadedFile("scan.xml", b"x")}).is_valid()


def test_a_form_carries_the_version_that_was_open() -> None:
    form = Priced(initial={})
    form.open_at(StoredFile(version=7))
    assert 'value="7"' in str(form["version"])
    posted = Priced({"cost": "1", "version": "7"})
    assert posted.is_valid()
    assert posted.opened_version == 7
    forged = Priced({"cost": "1"})
    assert forged.is_valid()
    assert forged.opened_version == 0


@pytest.mark.django_db
@pytest.mark.urls("alcaide.common.tests.pages")
def test_the_forms_page_shows_fields_errors_and_the_way_back(rf) -> None:
    request = rf.get("/")
    request.user = User.objects.create(email="ana@example.org", name="Ana")
    page = render_to_string(
        "common/form.html", {"form": Priced({}), "answer": "What does it cost?", "back_url": "/b/"}, request
    )
    assert "This field is required." in page
    assert 'name="version"' in page
    assert 'href="/b/"' in page
