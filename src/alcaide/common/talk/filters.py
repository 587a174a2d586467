"""The filter by tag, for any list whose rows are subjects."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from alcaide.common.counts import CAP
from alcaide.common.lists.columns import Text
from alcaide.common.lists.filters import NotUnderstood, Options
from alcaide.common.models import Tagging

MOST_OFFERED = 200
TAG = gettext_lazy("Tag")


@dataclass(frozen=True)
class Tagged:
    """Rows that carry one of the chosen tags: `?tag=vip&tag=audit`. `subject_kind` is the rows' kind of subject."""

    subject_kind: str
    key: str = "tag"
    label: Text = TAG
    piece: ClassVar[str] = "choice"
    asks_first: ClassVar[bool] = False

    @property
    def counts_to(self) -> int:
        """How far what passes is counted: as far as any."""
        return CAP

    def options(self, user: Any) -> Options:
        """Return the tags in use on this kind; a tag's folded name stands for it in the address. One query."""
        used = Tagging.objects.filter(kind=self.subject_kind).values_list("tag__folded", "tag__name").distinct()
        return dict(used.order_by("tag__folded")[:MOST_OFFERED])

    def read(self, params: QueryDict, options: Options) -> tuple[str, ...] | None:
        """Return the chosen tags. Raises NotUnderstood for one that stands on no row of this kind."""
        asked = tuple(dict.fromkeys(value for value in params.getlist(self.key) if value))
        if not set(asked) <= set(options):
            raise NotUnderstood(str(self.label))
        return asked or None

    def looked_up(self, asked: tuple[str, ...], model: type[Model]) -> tuple[str, ...]:
        """Return what is asked: tags are asked for in the one question."""
        return asked

    def narrow(self, rows: QuerySet[Any], asked: tuple[str, ...]) -> QuerySet[Any]:
        """Keep the rows with one of the tags."""
        carried = Tagging.objects.filter(kind=self.subject_kind, tag__folded__in=asked)
        return rows.filter(uid__in=carried.values("of"))

    def words(self, asked: tuple[str, ...], options: Options) -> list[tuple[str, str]]:
        """Return each chosen tag in words."""
        return [(f"{self.label}: {options[value]}", value) for value in asked]

    def warning(self, asked: tuple[str, ...]) -> str:
        """Return nothing: the rows are exact."""
        return ""
