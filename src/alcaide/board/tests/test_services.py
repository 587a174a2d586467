"""Deciding on a plan, and printing a pack."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from pypdf import PdfReader

from alcaide.board import services
from alcaide.board.models import Decision
from alcaide.common.files import open_stored
from alcaide.common.models import TrailLine
from alcaide.common.permissions import Refused
from alcaide.controls.models import Measure
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.risk import services as risk
from alcaide.risk.models import Proposal

from .factories import make_programme

pytestmark = pytest.mark.django_db


def test_a_decision_adopts_its_measures_and_stands_in_the_trail() -> None:
    make_programme()
    chief, proposal = make_user("chief"), Proposal.objects.get()
    services.decide(chief, proposal, measures=Measure.objects.all(), note="Agreed on 3 March")
    assert set(Measure.objects.values_list("state", flat=True)) == {"adopted"}
    assert TrailLine.objects.latest("seq").verb == "decide"


@pytest.mark.slow
def test_a_plan_that_a_newer_one_replaced_cannot_be_decided_on() -> None:
    make_programme()
    old = Proposal.objects.get()
    risk.set_budget(HOUSE, unit=make_organization(), sum_minor=10_000_00)
    risk.refresh(HOUSE, cause="A smaller budget")
    with pytest.raises(ValidationError, match="newer plan"):
        services.decide(make_user("chief"), old, measures=Measure.objects.all(), note="late")
    assert not Decision.objects.exists()


def test_an_analyst_may_not_decide() -> None:
    make_programme()
    with pytest.raises(Refused):
        services.decide(make_user("analyst"), Proposal.objects.get(), measures=Measure.objects.all(), note="x")


def test_deciding_twice_on_one_measure_leaves_the_first_decision_alone() -> None:
    make_programme()
    chief, proposal = make_user("chief"), Proposal.objects.get()
    one = Measure.objects.filter(pk=Measure.objects.first().pk)
    services.decide(chief, proposal, measures=one, note="first")
    with pytest.raises(ValidationError, match="already"):
        services.decide(chief, proposal, measures=Measure.objects.all(), note="again")
    assert Decision.objects.count() == 1


def test_a_pack_says_the_run_and_its_figures_in_inter_and_nothing_else() -> None:
    run = make_programme()
    pack = services.print_pack(make_user("executive"))
    with open_stored(pack.file) as file:
        pdf = PdfReader(BytesIO(file.read()))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert f"{run.number}," in text
    assert run.results_hash[:20] in text.replace("\n", "")
    assert "Ransomware stops a plant" in text
    fonts = {font.get_object()["/BaseFont"] for page in pdf.pages for font in page["/Resources"]["/Font"].values()}
    assert fonts
    assert all("Inter" in name for name in fonts), fonts


@pytest.mark.slow
def test_the_same_run_printed_twice_at_one_moment_gives_the_same_pages(monkeypatch) -> None:
    make_programme()
    executive = make_user("executive")
    moment = services.decisions.timezone.now()
    monkeypatch.setattr(services.decisions.timezone, "now", lambda: moment)
    first, second = services.print_pack(executive), services.print_pack(executive)
    assert first.file_id == second.file_id


def test_nothing_is_printed_before_the_first_figures() -> None:
    make_organization()
    with pytest.raises(services.NothingToPrint, match="no figures"):
        services.print_pack(make_user("chief"))


def test_who_sees_one_plant_may_not_print_the_whole() -> None:
    make_programme()
    with pytest.raises(Refused):
        services.print_pack(make_user("executive", unit=make_unit("Murcia")))
