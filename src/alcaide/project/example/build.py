"""Builds the example organization through the same services that people use."""

from datetime import timedelta
from io import BytesIO

from django.utils import timezone

from alcaide.common.files import store
from alcaide.common.models import StoredFile, User
from alcaide.common.trail import writing
from alcaide.controls import services as controls
from alcaide.controls.models import Measure
from alcaide.exposure import services as exposure
from alcaide.organization import services as organization
from alcaide.organization.models import Unit
from alcaide.organization.queries import root_unit
from alcaide.risk import services as risk
from alcaide.risk.models import Scenario
from alcaide.threats import services as threats

from .door import open_to_look
from .estate import CURRENCY, HOUSE, make_assets, make_people, make_places, make_staff, make_units
from .feeds import exploitation, known_exploited
from .keeping import keep
from .matters import open_matter
from .office import make_office, record_tests, tolerate
from .programme import make_measures, make_scenarios, set_appetite, set_budget
from .roles import grant_more
from .scan import scan_report
from .second import ask_second
from .watching import watch

CAP_BYTES = 10 * 1024 * 1024
# Days before today on which the example's two scans were made.
SCANS = ((1, 9), (2, 2))


def build() -> User:
    """Make the whole example in one write, so that an interrupted start leaves nothing half made."""
    with writing():
        chief = organization.found(
            HOUSE, name="Almena Foods", currency=CURRENCY, time_zone="Europe/Madrid",
            chief_email="ines.robledo@almena.example", chief_name="Inés Robledo Sanz", is_example=True,
            employees_by_rule=True,
        )  # fmt: skip
        open_to_look(HOUSE)
        units = make_units()
        people = make_people(units)
        staff = make_staff(units, people)
        grant_more(units, people)
        make_assets(units, make_places(units), people)
        scenarios = make_scenarios(units, people)
        measures = make_measures(units, people, scenarios)
        set_appetite(units)
        make_office(units, people, chief)
        _live(units, scenarios, measures)
        tolerate(scenarios, by=staff[0], decided_by=chief)
        keep(chief, staff)
        ask_second(staff=staff)
        open_matter(people, member=staff[0])
        watch(units, people, chief=chief, seen=staff[0])
    return chief


def _live(units: dict[str, Unit], scenarios: dict[str, Scenario], measures: dict[str, Measure]) -> None:
    """Let the example's programme run: first figures, a scan, a measure, a second look, a second scan."""
    yesterday = timezone.localdate() - timedelta(days=1)
    threats.take_in_kev(HOUSE, file=_file(known_exploited(yesterday), "known_exploited_vulnerabilities.json"))
    threats.take_in_epss(HOUSE, file=_file(exploitation(yesterday), "epss_scores.csv"))
    scan(*SCANS[0])
    risk.refresh(HOUSE, cause="The first figures")
    set_budget(units)
    controls.adopt(HOUSE, measures["approval"])
    controls.put_in_place(HOUSE, measures["approval"])
    record_tests(measures)
    risk.estimate(
        HOUSE, scenarios["cargo"], what="frequency", low=1.0, high=3.0, basis="measured", observations=31,
        source="Example: own loss log with October, two thefts fewer than expected",
    )  # fmt: skip
    scan(*SCANS[1])
    risk.refresh(HOUSE, cause="A second scan, dual approval of payments in place, cargo theft looked at again")


def scan(number: int, days_ago: int) -> None:
    """Bring in one of the example's scans, dated some days ago."""
    at = timezone.now() - timedelta(days=days_ago)
    file = _file(scan_report(number, at=at), f"almena-week-scan-{number}.nessus")
    exposure.take_in(HOUSE, file=file, unit=root_unit(), zone="almena")


def _file(content: bytes, name: str) -> StoredFile:
    return store(BytesIO(content), name, actor=HOUSE, cap_bytes=CAP_BYTES)
