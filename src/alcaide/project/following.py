"""What people say of an asset follows it when it turns out to be another: comments, files, tags, followers, notices.

These rows stand in the shared room and name an asset by its subject alone, so no foreign key leads them along.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alcaide.assets.models import Asset
from alcaide.assets.services import Moved, offer_follow
from alcaide.common.models import Attachment, Comment, Follow, Notice, Tagging
from alcaide.common.rows import numbered


@dataclass(frozen=True)
class _Said:
    """One table. `at` are the columns that name an asset; `once` is what stands but once at each, among `while_`."""

    name: str
    words: Any
    model: Any
    at: Callable[[Asset], dict[str, Any]]
    once: str = ""
    while_: Q = Q()  # noqa: RUF009  a condition is never changed

    def move(self, merged: Asset, survivor: Asset) -> Moved:
        """Lead the rows to the survivor; where it has the like, they stay."""
        rows = self.model.objects.filter(**self.at(merged))
        pks = self._lead(rows, to=survivor)
        return Moved(str(self.words), len(pks), rows.count(), pks)

    def back(self, told: Any, merged: Asset, survivor: Asset) -> Moved:
        """Put back the rows that still stand at the survivor."""
        rows = self.model.objects.filter(pk__in=numbered(told), **self.at(survivor))
        pks = self._lead(rows, to=merged)
        return Moved(str(self.words), len(pks), len(told) - len(pks))

    def _lead(self, rows: Any, *, to: Asset) -> list[int]:
        if self.once:
            taken = list(self.model.objects.filter(self.while_, **self.at(to)).values_list(self.once, flat=True))
            rows = rows.exclude(self.while_, **{f"{self.once}__in": taken})
        pks: list[int] = list(rows.order_by("pk").values_list("pk", flat=True))
        self.model.objects.filter(pk__in=numbered(pks)).update(**self.at(to))
        return pks


def _on(asset: Asset) -> dict[str, Any]:
    return {"on": asset.subject}


def _subject(asset: Asset) -> dict[str, Any]:
    return {"subject": asset.subject}


def _kind_and_uid(asset: Asset) -> dict[str, Any]:
    return {"kind": Asset.SUBJECT, "of": asset.uid}


SAID: Iterable[_Said] = (
    _Said("common.comments", _("Comments"), Comment, _on),
    _Said("common.files", _("Files"), Attachment, _on, once="file", while_=Q(removed_at__isnull=True)),
    _Said("common.tags", _("Tags"), Tagging, _kind_and_uid, once="tag"),
    _Said("common.follows", _("Who follows it"), Follow, _subject, once="user"),
    _Said("common.notices", _("Notices"), Notice, _subject),
)


def offer() -> None:
    """Offer each table's way along; called when the house starts."""
    for each in SAID:
        offer_follow(each.name, move=each.move, back=each.back)
