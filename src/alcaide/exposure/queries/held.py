"""Which flaws press on which assets, and by whose work each would go: the one reading that all prices share."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db.models import Exists, OuterRef, Subquery

from alcaide.common.rows import numbered
from alcaide.exposure.models import FindingAlias, FindingFlaw
from alcaide.threats.models import Exploitation, KnownExploited

from .pressure import AT_ONCE, NUMBER, _believe, _Chance, _presses, _prior, is_believed

# By asset and flaw: the actions of findings that know the flaw by another name; None for a finding without an action.
Holders = dict[tuple[int, str], set[int | None]]


def flaws_of(asset_ids: Collection[int] | None) -> Iterator[tuple[int, int | None, str, _Chance]]:
    """Yield asset, action, flaw and what is believed of it, asset by asset, as the pressure on the asset counts it.

    All assets where none are named; three queries, rows streamed.
    """
    prior = _prior()
    score = Exploitation.objects.filter(cve=OuterRef("cve")).values("probability")[:1]
    listed = KnownExploited.objects.filter(cve=OuterRef("cve"), removed_on__isnull=True)
    found = FindingFlaw.objects.filter(_presses())
    if asset_ids is not None:
        found = found.filter(finding__asset_id__in=numbered(asset_ids))
    rows = found.order_by("finding__asset_id", "finding_id", "cve").values_list(
        "finding__asset_id", "finding__action_id", "cve", Subquery(score), Exists(listed)
    )
    believed: dict[tuple[float | None, bool], _Chance] = {}
    for asset_id, action_id, flaw, probability, is_known in rows.iterator(chunk_size=AT_ONCE):
        about = (probability, is_known)
        if about not in believed:
            believed[about] = _believe(probability, is_known=is_known, prior=prior)
        yield asset_id, action_id, flaw, believed[about]


def also_held(asset_ids: Collection[int] | None) -> Holders:
    """Return who else holds a flaw that is counted by its number: findings that call it otherwise.

    Two queries; memory grows with the findings that share a flaw under two names, which are few.
    """
    found: Holders = defaultdict(set)
    open_aliases = FindingAlias.objects.filter(is_believed())
    own_names = FindingFlaw.objects.filter(is_believed()).exclude(cve__startswith=NUMBER)
    if asset_ids is not None:
        open_aliases = open_aliases.filter(finding__asset__in=numbered(asset_ids))
        own_names = own_names.filter(finding__asset__in=numbered(asset_ids))
    by_number = open_aliases.filter(name__startswith=NUMBER)
    for asset_id, name, action in by_number.values_list("finding__asset_id", "name", "finding__action_id").iterator():
        found[asset_id, name].add(action)
    # A finding with a name of its own, whose number another finding on the same asset knows.
    twin = FindingFlaw.objects.filter(
        is_believed(), cve__startswith=NUMBER, finding__asset=OuterRef("finding__asset"),
        finding__aliases__name=OuterRef("cve"),
    )  # fmt: skip
    numbers = own_names.annotate(number=Subquery(twin.order_by("cve").values("cve")[:1])).filter(number__isnull=False)
    for asset_id, number, action in numbers.values_list("finding__asset_id", "number", "finding__action_id").iterator():
        found[asset_id, number].add(action)
    return dict(found)
