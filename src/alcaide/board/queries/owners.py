"""Whose a move of the figures is: the owner of what caused it, else of the scenario, else the head of its unit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from alcaide.assets.models import Asset
from alcaide.common.permissions import HEAD
from alcaide.controls.models import Measure
from alcaide.organization.models import Grant
from alcaide.organization.queries import in_force
from alcaide.risk.models import Scenario

CAUSES: Mapping[str, Any] = {Measure.SUBJECT: Measure, Asset.SUBJECT: Asset}


def owners_of(moves: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return for each move the names of its owners; none where nobody is named. Six queries at most.

    Who owns the measure or the host that moved comes first, then who owns the scenarios, then who heads their units
    or the nearest unit above.
    """
    causes = _of_causes({cause for move in moves for cause in move.get("causes", ())})
    scenarios = _of_scenarios({uid for move in moves for uid in move["scenarios"]})
    found = []
    for move in moves:
        names = {causes[cause] for cause in move.get("causes", ()) if cause in causes}
        names = names or {scenarios[uid] for uid in move["scenarios"] if uid in scenarios}
        found.append(tuple(sorted(names)))
    return found


def _of_causes(subjects: Iterable[str]) -> dict[str, str]:
    uids: dict[str, list[UUID]] = {kind: [] for kind in CAUSES}
    for subject in subjects:
        kind, _, uid = subject.partition(":")
        uids[kind].append(UUID(uid))
    return {
        f"{kind}:{uid}": name
        for kind, model in CAUSES.items()
        if uids[kind]
        for uid, name in model.objects.filter(uid__in=uids[kind], owner__isnull=False).values_list("uid", "owner__name")
    }


def _of_scenarios(uids: Iterable[str]) -> dict[str, str]:
    rows = Scenario.objects.filter(uid__in=set(uids)).values_list("uid", "owner__name", "unit__path")
    found = {str(uid): (name or "", path) for uid, name, path in rows}
    heads = _heads({path for name, path in found.values() if not name})
    named = {uid: name or heads.get(path, "") for uid, (name, path) in found.items()}
    return {uid: name for uid, name in named.items() if name}


def _heads(paths: Iterable[str]) -> dict[str, str]:
    """Return by a unit's path who heads it or the nearest unit above it."""
    above = {path: [int(part) for part in path.strip("/").split("/")] for path in paths}
    rows = Grant.objects.filter(in_force(), role=HEAD.key, unit__in={pk for ids in above.values() for pk in ids})
    held = dict(rows.order_by("-id").values_list("unit", "user__name"))
    nearest = {path: [held[pk] for pk in ids if pk in held] for path, ids in above.items()}
    return {path: names[-1] for path, names in nearest.items() if names}
