"""What becomes of a measure, by whose hand, and what is refused."""

import pytest
from django.core.exceptions import ValidationError

from alcaide.common.models import Change, LostUpdate, TrailLine
from alcaide.common.permissions import Refused
from alcaide.controls import services
from alcaide.controls.models import Measure, MeasureLink
from alcaide.controls.queries import links_of
from alcaide.controls.services import WrongState
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user

from .factories import adopted, make_measure

pytestmark = pytest.mark.django_db


def state(measure: Measure) -> str:
    return Measure.objects.get(pk=measure.pk).state


def test_a_measure_goes_from_proposed_to_adopted_to_in_place():
    measure = make_measure()
    chief = make_user("chief")
    measure = services.adopt(chief, measure)
    assert (state(measure), measure.adopted_by) == ("adopted", chief)
    measure = services.put_in_place(chief, measure)
    assert state(measure) == "in_place"
    assert measure.in_place_at >= measure.adopted_at


@pytest.mark.parametrize(
    ("begin", "step", "words"),
    [
        (make_measure, services.put_in_place, "is proposed already"),
        (adopted, services.adopt, "is adopted, not in place yet already"),
        (lambda: services.put_in_place(HOUSE, adopted()), services.adopt, "is in place already"),
        (lambda: services.put_in_place(HOUSE, adopted()), services.drop, "only a proposed or adopted"),
        (lambda: services.drop(HOUSE, make_measure()), services.adopt, "is dropped already"),
        (lambda: services.drop(HOUSE, make_measure()), services.drop, "only a proposed or adopted"),
    ],
)
def test_a_step_from_the_wrong_state_is_refused_and_changes_nothing(begin, step, words):
    measure = begin()
    before = state(measure)
    with pytest.raises(WrongState, match=words):
        step(HOUSE, measure)
    assert state(measure) == before


def test_a_step_from_a_stale_page_is_refused():
    stale = make_measure()
    services.adopt(HOUSE, Measure.objects.get(pk=stale.pk))
    with pytest.raises(WrongState):
        services.adopt(HOUSE, stale)


def test_who_makes_a_measure_does_not_adopt_it():
    analyst = make_user("analyst")
    measure = services.propose(
        analyst, name="Mine", area="digital", unit=make_organization(), cost_minor=1, currency="EUR"
    )
    for step in (services.adopt, services.drop):
        with pytest.raises(Refused):
            step(analyst, measure)
    services.adopt(make_user("executive"), measure)
    services.put_in_place(analyst, measure)
    assert state(measure) == "in_place"


@pytest.mark.parametrize("role", ["head", "executive", "auditor", "employee", None])
def test_who_may_not_propose_is_refused(role):
    user = make_user(role)
    with pytest.raises(Refused):
        services.propose(user, name="Mine", area="digital", unit=make_organization(), cost_minor=1, currency="EUR")


def test_an_analyst_of_one_unit_does_not_move_a_measure_to_another():
    here, there = make_unit(), make_unit()
    measure = make_measure(unit=here)
    with pytest.raises(Refused):
        services.change_measure(make_user("analyst", unit=here), measure, opened_version=1, unit=there)


def test_a_cost_in_another_currency_is_refused():
    with pytest.raises(ValidationError, match="Figures are kept in EUR"):
        services.propose(HOUSE, name="M", area="digital", unit=make_organization(), cost_minor=1, currency="USD")
    with pytest.raises(ValidationError, match="Figures are kept in EUR"):
        services.change_measure(HOUSE, make_measure(), opened_version=1, currency="USD")


def test_a_cost_below_nothing_is_refused():
    with pytest.raises(ValidationError):
        make_measure(cost=-1)


def test_a_mandatory_measure_says_why_and_is_not_dropped():
    with pytest.raises(ValidationError, match="Say which law"):
        make_measure(mandatory=True)
    law = make_measure(mandatory=True, mandatory_why="FSMA 121.135")
    with pytest.raises(WrongState, match=r"mandatory: FSMA 121\.135"):
        services.drop(HOUSE, law)
    with pytest.raises(ValidationError, match="Say which law"):
        services.change_measure(HOUSE, law, opened_version=1, mandatory_why="")


def test_two_people_changing_one_measure_are_told():
    measure = make_measure()
    services.change_measure(HOUSE, Measure.of(measure.uid), opened_version=1, what="first")
    with pytest.raises(LostUpdate):
        services.change_measure(HOUSE, Measure.of(measure.uid), opened_version=1, what="second")


def test_a_change_that_changes_nothing_is_not_written():
    measure = make_measure()
    lines = TrailLine.objects.count()
    services.change_measure(HOUSE, measure, opened_version=1, name=measure.name)
    assert TrailLine.objects.count() == lines


def test_a_dropped_measure_is_left_as_it_was():
    measure = services.drop(HOUSE, make_measure())
    with pytest.raises(WrongState, match="was dropped"):
        services.change_measure(HOUSE, measure, opened_version=measure.version, name="Again")


def test_two_measures_are_bound_once():
    first, second = make_measure(), make_measure()
    services.link(HOUSE, first, kind="excludes", other=second)
    for kind, one, other in (("excludes", first, second), ("excludes", second, first), ("needs", first, second)):
        with pytest.raises(ValidationError, match="bound already"):
            services.link(HOUSE, one, kind=kind, other=other)
    with pytest.raises(ValidationError, match="bound to itself"):
        services.link(HOUSE, first, kind="needs", other=first)


def test_two_measures_may_need_each_other():
    first, second = make_measure(), make_measure()
    services.link(HOUSE, first, kind="needs", other=second)
    services.link(HOUSE, second, kind="needs", other=first)
    assert MeasureLink.objects.count() == 2


def test_a_rule_is_taken_away_by_who_changes_its_measure():
    here = make_unit()
    first, second = make_measure(unit=here), make_measure()
    made = services.link(HOUSE, first, kind="needs", other=second)
    with pytest.raises(Refused):
        services.unlink(make_user("analyst", unit=make_unit()), made)
    services.unlink(make_user("analyst", unit=here), made)
    assert not MeasureLink.objects.exists()


def test_rules_with_measures_that_the_user_does_not_see_are_not_shown():
    here, there = make_unit(), make_unit()
    own, seen, unseen = make_measure(unit=here), make_measure(unit=here), make_measure(unit=there)
    services.link(HOUSE, own, kind="needs", other=seen)
    services.link(HOUSE, unseen, kind="needs", other=own)
    assert [each.other for each in links_of(own, make_user("head", unit=here))] == [seen]
    assert len(links_of(own, make_user("chief"))) == 2


def test_every_step_leaves_a_line_in_the_trail_and_a_change():
    measure = services.put_in_place(HOUSE, adopted())
    verbs = list(TrailLine.objects.filter(subject=measure.subject).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["propose_measure", "adopt", "put_in_place"]
    assert Change.objects.filter(room="controls", subject=measure.subject).count() == 3
