"""Maker is not checker: who else may answer, and what to do at once where nobody may."""

import pytest

from alcaide.organization.models import CHANGE
from alcaide.organization.queries import first_chief, others_who_may, root_unit

from .factories import make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db


def test_a_house_with_one_chief_says_what_to_do_and_where() -> None:
    make_organization()
    chief = first_chief()
    told = others_who_may(CHANGE, root_unit(), but={chief.pk}, user=chief)
    assert told.names == ()
    assert told.words == (
        "Nobody else may answer yet. Let a second person sign in, then grant them the role Chief security officer"
        " in Almena Foods."
    )
    assert told.url.endswith(f"?unit={root_unit().uid}")


def test_others_are_named_and_those_above_count() -> None:
    make_organization()
    chief, other = first_chief(), make_user("chief")
    told = others_who_may(CHANGE, make_unit(), but={chief.pk}, user=chief)
    assert told.words == f"{other.name} may answer."


def test_who_cannot_sign_in_any_more_is_not_named() -> None:
    make_organization()
    chief, other = first_chief(), make_user("chief")
    other.is_active = False
    other.save()
    assert others_who_may(CHANGE, root_unit(), but={chief.pk}, user=chief).names == ()


def test_who_grants_no_roles_is_told_who_does() -> None:
    make_organization()
    head = make_user("head")
    told = others_who_may(CHANGE, root_unit(), but={first_chief().pk}, user=head)
    assert told.url == ""
    assert told.words.endswith("The chief security officer grants roles.")
