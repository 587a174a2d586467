"""Writes of what information stands in data sets, and about how many people."""

from datetime import date

from django.core.exceptions import ValidationError

from alcaide.assets.models import CHANGE, Asset, HeldClass
from alcaide.common import purging
from alcaide.common.changes import note_change
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write

from .assets import ROOM
from .weighing import ask_to_weigh

# More than will ever live; a longer number is a slip of the hand.
MOST_PEOPLE = 10**11


@write
def hold_class(
    actor: Actor,
    asset: Asset,
    *,
    data_class: str,
    people: int | None,
    basis: str,
    counted_on: date,
    country: str = "",
    source: str = "",
) -> HeldClass:
    """Say that a data set holds a class of information about so many people of a country; replaces the earlier count.

    `people` None: nobody has counted. Needs the right to change assets in the unit.
    """
    require(actor, CHANGE, unit_id=asset.unit_id)
    if asset.kind != "data_set":
        raise ValidationError({"data_class": "Information stands in data sets. Say which data set this asset needs."})
    if people is not None and not 0 <= people <= MOST_PEOPLE:
        raise ValidationError({"people": "Type a whole number of people, nothing or more."})
    if data_class in HeldClass.WITHOUT_PEOPLE and (people or country):
        raise ValidationError({"people": "This class is about the organization: it counts no people."})
    country = checked_country(country)
    _one_way_of_counting(asset, data_class, country)
    held = HeldClass.objects.filter(asset=asset, data_class=data_class, country=country).first()
    before = {} if held is None else {"people": held.people, "counted_on": held.counted_on}
    made = held or HeldClass(asset=asset, data_class=data_class, country=country)
    made.people, made.basis, made.counted_on, made.source = people, basis, counted_on, source
    made.clean_fields(exclude={"asset"})
    made.version += held is not None
    made.save()
    audit(
        actor, "hold_class", subject=asset.subject, before=before,
        after={"data_class": data_class, "country": country, "people": people, "counted_on": counted_on,
               "basis": basis},
    )  # fmt: skip
    note_change(ROOM, asset.subject)
    ask_to_weigh(actor)
    return made


@write
def hold_class_no_more(actor: Actor, held: HeldClass) -> None:
    """Say that a data set no longer holds a class of information of a country."""
    require(actor, CHANGE, unit_id=held.asset.unit_id)
    audit(
        actor, "hold_class_no_more", subject=held.asset.subject,
        before={"data_class": held.data_class, "country": held.country, "people": held.people},
    )  # fmt: skip
    note_change(ROOM, held.asset.subject)
    purging.remove(actor, held, why="The data set holds the class no more")
    ask_to_weigh(actor)


def checked_country(typed: str) -> str:
    """Return a country's two letters, "" where none is named. Raises ValidationError."""
    country = typed.strip().upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise ValidationError({"country": "Type the two letters of the country, such as ES."})
    return country


def _one_way_of_counting(asset: Asset, data_class: str, country: str) -> None:
    """Refuse a total beside counts by country: their sum would count people twice."""
    others = HeldClass.objects.filter(asset=asset, data_class=data_class)
    if country and others.filter(country="").exists():
        raise ValidationError({"country": "A count of all countries stands already. Take it away before you split it."})
    if not country and others.exclude(country="").exists():
        raise ValidationError({"country": "Counts by country stand already. Name the country, or take them away."})
