"""How many rows the rules keep from a user, counted from the small side."""

from typing import Any

from django.db.models import Q, QuerySet

from alcaide.common.counts import capped
from alcaide.common.lists.keyset import field_at
from alcaide.common.permissions import Hidden, VisibleSet, scope_of


def hidden_rows(rows: QuerySet[Any], user: Any) -> list[Hidden]:
    """Return how many rows each rule keeps from the user.

    Where only units decide, the rows of the units outside are counted through their index: asking which rows are not
    among the visible ones reads the whole table (70 ms at 100,000 rows, growing with it).
    """
    if not isinstance(rows, VisibleSet):
        return []
    if type(rows)._rules is not VisibleSet._rules or not scope_of(user).units_by_role:
        return rows.hidden_from(user)
    model: Any = rows.model
    unit = field_at(model, model.UNIT_PATH)
    if unit is None or unit.related_model is None:
        return rows.hidden_from(user)
    [(name, _rule)] = rows._rules(user)
    inside = scope_of(user).units_for(model.SEE)
    outside = list(unit.related_model._base_manager.exclude(pk__in=inside).values_list("pk", flat=True))
    kept_back = Q(**{f"{model.UNIT_PATH}__in": outside})
    if unit.null:
        kept_back |= Q(**{f"{model.UNIT_PATH}__isnull": True})
    elif not outside:
        return []
    count = capped(rows.filter(kept_back))
    return [Hidden(name, count)] if count.shown else []
