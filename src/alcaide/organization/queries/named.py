"""How texts of sheets find units and people, for the sheets of every room: one that fits two is told, never guessed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from alcaide.common.sheets.naming import by_name, folded
from alcaide.organization.models import Person, Unit


def units_named(rows: QuerySet[Unit], texts: Sequence[str]) -> dict[str, Any]:
    """Find units by name, or by “name, unit above” where several bear the name; a BadCell where several fit."""
    kept = list(rows.select_related("parent"))
    inside = [row for row in kept if row.parent is not None]
    full = by_name(
        inside, texts, name_of=lambda row: f"{row.name}, {row.parent.name}",
        doubled=_("Several units fit “%(name)s”. Give one of them another name first."),
    )  # fmt: skip
    bare = by_name(kept, texts, doubled=_("Several units are called “%(name)s”. Write “name, unit above”."))
    return {**full, **bare}


def people_named(rows: QuerySet[Person], texts: Sequence[str]) -> dict[str, Any]:
    """Find people by e-mail address, HR number or name; a BadCell where two are called so, saying what to write."""
    mails, numbers = _addresses(texts), _numbers(texts)
    named = list(rows.filter(Q(email__in=mails.values()) | Q(hr_number__in=numbers.values())))
    by_mail = {row.email: row for row in named if row.email}
    by_number = {row.hr_number: row for row in named if row.hr_number}
    found: dict[str, Any] = {text: by_number[number] for text, number in numbers.items() if number in by_number}
    found |= {text: by_mail[mail] for text, mail in mails.items() if mail in by_mail}
    wanted = {folded(text) for text in texts if text not in found}
    if not wanted:
        return found
    # Another case of letters, or a doubled space, is the same name: every name is looked at, so that none is guessed.
    alike = [pk for pk, name in rows.order_by().values_list("pk", "name") if folded(name) in wanted]
    words = _("Two people are called “%(name)s”. Write the e-mail address or the HR number.")
    return {**by_name(rows.filter(pk__in=alike), texts, doubled=words), **found}


def _addresses(texts: Sequence[str]) -> Mapping[str, str]:
    return {text: text.strip().lower() for text in texts if "@" in text}


def _numbers(texts: Sequence[str]) -> Mapping[str, str]:
    return {text: " ".join(text.split()).upper() for text in texts}
