"""Findings by words of their asset: the same rows and no other number than a look at every finding."""

from dataclasses import replace

import pytest
from django.http import QueryDict

from alcaide.assets.models import Asset
from alcaide.common import search
from alcaide.common.lists import page_of, walking
from alcaide.common.lists.asked import Asked
from alcaide.exposure.models import Finding
from alcaide.exposure.tables import FINDINGS
from alcaide.organization.tests.factories import make_unit, make_user

from .samples import Host, Item
from .test_taking_in import bring

pytestmark = pytest.mark.django_db
LISTING = replace(FINDINGS, page_size=4)


@pytest.fixture
def house() -> None:
    """Twelve hosts of two units with one to three findings each; every third is a `srv`."""
    for unit, numbers in (("Ours", range(8)), ("Theirs", range(8, 12))):
        bring(
            *(
                Host(
                    f"{'srv' if n % 3 == 0 else 'app'}-{n:02}.almena.example",
                    tuple(Item(str(check), severity=check + 1) for check in range(n % 3 + 1)),
                )
                for n in numbers
            ),
            unit=make_unit(unit),
        )


@pytest.fixture(params=[(3_000, 20_000, 1_500), (2, 20_000, 1_500), (2, 20_000, 3), (2, 3, 3)])
def caps(request, monkeypatch) -> tuple[int, int, int]:
    monkeypatch.setattr(search, "BROAD", 2)
    for (where, name), cap in zip(
        [(search, "COMMON"), (search, "MOST_SORTED"), (walking, "FARTHEST")], request.param, strict=True
    ):
        monkeypatch.setattr(where, name, cap)
    return request.param


def fitting(user, text: str) -> set[int]:
    """Return what a reader of all findings would list."""
    rows = Finding.objects.visible_to(user).filter(state="open").select_related("asset")
    return {row.pk for row in rows if any(word.startswith(text) for word in search.fold(row.asset.name))}


def pages(user, text: str) -> list:
    shown = [page_of(LISTING, user, QueryDict(f"asset={text}"), path="/findings/")]
    while shown[-1].next_url:
        shown.append(page_of(LISTING, user, QueryDict(shown[-1].next_url.partition("?")[2]), path="/findings/"))
    return shown


@pytest.mark.slow
@pytest.mark.parametrize("role", ["chief", "head"])
def test_no_page_says_less_than_there_is_without_saying_so(house, caps, role) -> None:
    user = make_user(role, unit=Asset.objects.get(name__startswith="app-01").unit if role == "head" else None)
    for text in ("srv", "app", "almena", "01", "zzzz"):
        expected, shown = fitting(user, text), pages(user, text)
        found = {row.item.pk for page in shown for row in page.rows}
        assert found == expected or (found < expected and any(page.notes for page in shown))
        for page in shown:
            assert page.total.shown == len(expected) if not page.total.capped else page.total.shown < len(expected)
        given_out = Asked(LISTING, user, QueryDict(f"asset={text}")).narrow(LISTING.visible(user))
        assert {row.pk for row in given_out} == expected


def test_an_asset_s_identifier_finds_its_findings_alone(house) -> None:
    asset = Asset.objects.get(name__startswith="srv-03")
    shown = page_of(LISTING, make_user(), QueryDict(f"asset={asset.uid}"), path="/findings/")
    assert {row.item.asset_id for row in shown.rows} == {asset.pk}
    assert (shown.total.shown, shown.total.capped) == (Finding.objects.filter(asset=asset).count(), False)
