"""The example's units, people, places and assets."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from alcaide.assets import services as assets
from alcaide.assets.models import Asset, Place
from alcaide.common.models import User
from alcaide.common.money import minor_digits
from alcaide.common.permissions import EMPLOYEE
from alcaide.common.trail import System
from alcaide.organization import services as organization
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import root_unit

from .content import content
from .people import draw_people
from .scan import hosts

SEED = 20261123
CURRENCY = "EUR"
# Who signs in besides the chief: role, unit, and the number of the person of that unit.
STAFF = (
    ("analyst", "Almena Foods", "Madrid head office", 4),
    ("head", "Murcia plant", "Murcia plant", 5),
    ("executive", "Almena Foods", "Madrid head office", 0),
    ("auditor", "Almena Foods", "Madrid head office", 6),
    ("employee", "Valencia warehouse", "Valencia warehouse", 1),
)
HOUSE = System("example")
SOURCE = "Example: figure invented for the example organization"
COUNTED_DAYS_AGO = 21
# Of so many people one is lent by an agency and one is a contractor.
KIND_EVERY = 17
KINDS = {5: "agency", 11: "contractor"}


def minor(amount: float) -> int:
    """Return a sum of the data files in minor units."""
    return round(amount * 10 ** minor_digits(CURRENCY))


def make_units() -> dict[str, Unit]:
    """Make the units; returns them by name, the top one included."""
    root = root_unit()
    found = {root.name: root}
    for each in content("estate")["unit"]:
        found[each["name"]] = organization.add_unit(
            HOUSE, name=each["name"], kind=each["kind"], parent=root, country=each["country"]
        )
    return found


def make_people(units: dict[str, Unit]) -> dict[str, list[Person]]:
    """Make the people of each unit; the chief, made at the founding, is the 240th."""
    taken = {"ines.robledo@almena.example"}
    found: dict[str, list[Person]] = {}
    for number, each in enumerate(content("estate")["unit"]):
        drawn = draw_people(SEED + number, kind=each["kind"], count=each["people"], taken=taken)
        staff: list[Person] = []
        for place, someone in enumerate(drawn):
            # The first of a unit heads it; now and then somebody is lent by an agency or works on a contract.
            kind = KINDS.get((number + place) % KIND_EVERY, "employee")
            more: dict[str, Any] = {"manager": staff[0]} if staff else {}
            made = organization.add_person(
                HOUSE, name=someone.name, email=someone.email, title=someone.title, unit=units[each["name"]], kind=kind,
                hr_number=f"{10_000 + number * 1_000 + place}", **more,
            )  # fmt: skip
            staff.append(made)
        found[each["name"]] = staff
    return found


def make_staff(units: dict[str, Unit], people: dict[str, list[Person]]) -> list[User]:
    """Let five people sign in, one for each role besides the chief's."""
    found = []
    for role, unit, home, place in STAFF:
        user = organization.let_sign_in(HOUSE, people[home][place])
        # Everybody who is let in is an employee by rule.
        if role != EMPLOYEE.key:
            organization.grant(HOUSE, user=user, role=role, unit=units[unit])
        found.append(user)
    return found


def make_places(units: dict[str, Unit]) -> dict[tuple[str, str], Place]:
    """Make sites and rooms; returns rooms by unit and name."""
    found: dict[tuple[str, str], Place] = {}
    for each in content("estate")["place"]:
        unit = units[each["unit"]]
        site = assets.add_place(HOUSE, name=each["site"], kind="site", unit=unit)
        for room in each["rooms"]:
            found[each["unit"], room] = assets.add_place(HOUSE, name=room, kind="room", unit=unit, parent=site)
    return found


def make_assets(
    units: dict[str, Unit], places: dict[tuple[str, str], Place], people: dict[str, list[Person]]
) -> dict[str, Asset]:
    """Make the named assets with their worth and needs, and the hosts with their addresses."""
    named = {each["key"]: _asset(each, units, places, people) for each in content("estate")["asset"]}
    for each in content("estate")["asset"]:
        for need, why in each.get("needs", {}).items():
            assets.depend(HOUSE, named[each["key"]], needs=named[need], why=why)
    by_name = {asset.name: asset for asset in named.values()}
    for host in hosts():
        if host["name"] not in by_name:
            by_name[host["name"]] = assets.add_asset(
                HOUSE, name=host["name"], kind="host", unit=units[host["unit"]], reached_from=host["reached_from"]
            )
        assets.identify(HOUSE, by_name[host["name"]], kind="fqdn", value=f"{host['name']}.almena.example")
    # Nobody waits for the background to see what falls with what.
    assets.weigh_all(HOUSE)
    return named


def _asset(
    each: dict[str, Any],
    units: dict[str, Unit],
    places: dict[tuple[str, str], Place],
    people: dict[str, list[Person]],
) -> Asset:
    made = assets.add_asset(
        HOUSE, name=each["name"], kind=each["kind"], unit=units[each["unit"]], reached_from=each["reached_from"],
        place=places.get((each["unit"], each.get("place", ""))), owner=people[each["unit"]][2],
        is_place=places.get((each["unit"], each.get("is_place", ""))),
    )  # fmt: skip
    for aspect, (low, high, basis) in each.get("values", {}).items():
        is_people = aspect == "hurt"
        assets.set_value(
            HOUSE, made, aspect=aspect, basis=basis, source=SOURCE, people=(low, high) if is_people else None,
            low_minor=0 if is_people else minor(low), high_minor=0 if is_people else minor(high),
        )  # fmt: skip
    for data_class, country, number, basis in each.get("classes", []):
        assets.hold_class(
            HOUSE, made, data_class=data_class, country=country, people=number, basis=basis, source=SOURCE,
            counted_on=timezone.localdate() - timedelta(days=COUNTED_DAYS_AGO),
        )  # fmt: skip
    return made
