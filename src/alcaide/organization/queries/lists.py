"""Whole lists that would end many: which wait for a second person's word, who gave it, and why nothing begins yet."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common import eyes, words
from alcaide.common.models import SheetImport, User
from alcaide.common.permissions import scope_of
from alcaide.common.sheets import Sheet, Waits, all_sheets, sheet_of
from alcaide.common.trail import Actor, System
from alcaide.organization.models import WHOLE_LIST, ListConfirmed

from .structure import root_unit

# More of them than this, and than this share of those standing, are rarely meant to end.
MOST_ENDED = 50
MOST_SHARE = 0.1


def needs_confirming(imported: SheetImport) -> bool:
    """Tell whether an import would end more than one person alone may."""
    return bool(imported.ends_missing and imported.counts.get("missing_guarded"))


def waits_for_second(actor: Actor, imported: SheetImport) -> Waits | None:
    """Return why a tried list may not begin: it would end many, and no second person confirmed that very file."""
    sheet = sheet_of(imported.kind)
    if sheet is None or isinstance(actor, System) or not needs_confirming(imported):
        return None
    confirmed = list(confirmations_of(imported, but_of=None))
    if any(each.pk != actor.pk for each in confirmed):
        return None
    if confirmed:
        who = imported.brought_by.name if imported.brought_by else ""
        return Waits(
            _("You confirmed this file, so somebody else imports it."),
            who and _("%(who)s brought it in.") % {"who": who},
        )
    others = eyes.others_who_may(
        WHOLE_LIST, unit_id=root_unit().pk, but={actor.pk, imported.brought_by_id}, user=actor,
        permission=sheet.permission,
    )  # fmt: skip
    url = reverse("people-lists") if may_confirm(actor, sheet) else ""
    return Waits(_("%(told)s, so a second person confirms this very file first.") % {"told": told(imported)},
                 others.words, url)  # fmt: skip


def unconfirmed(actor: Actor, uid: str) -> str:
    """Return why nothing may be ended by an import yet, "" where it may; asked again where rows are ended."""
    imported = SheetImport.objects.select_related("file").filter(uid=uid).first()
    waits = waits_for_second(actor, imported) if imported is not None else None
    return f"{waits.words} {waits.who}".strip() if waits is not None else ""


def told(imported: SheetImport) -> str:
    """Return what a list would end, in words."""
    numbers = {key: words.count(imported.counts.get(key, 0)) for key in ("missing", "standing")}
    return _("This would end %(missing)s of %(standing)s %(things)s") % {**numbers, "things": things_of(imported)}


def things_of(imported: SheetImport) -> str:
    """Return the word for what a list holds, such as people."""
    sheet = sheet_of(imported.kind)
    return str(sheet.snapshot.things) if sheet is not None and sheet.snapshot is not None else _("rows")


def lists_to_confirm(user: Any) -> QuerySet[SheetImport]:
    """Return the whole lists that would end, or would have ended, many and that the user could confirm."""
    kinds = [sheet.key for sheet in all_sheets() if sheet.snapshot is not None and may_confirm(user, sheet)]
    rows = SheetImport.objects.filter(kind__in=kinds, ends_missing=True)
    guarded = rows.filter(counts__missing_guarded=1) | rows.filter(counts__not_ended__gt=0)
    return guarded.exclude(state=SheetImport.State.DROPPED).select_related("file", "brought_by").order_by("-pk")


def may_confirm(user: Any, sheet: Sheet | None) -> bool:
    """Tell whether a user may change such rows in every unit, which a second person's word needs."""
    return sheet is not None and scope_of(user).covers_all(sheet.permission)


def may_confirm_any(user: Any) -> bool:
    """Tell whether there is any kind of whole list that the user could confirm. No query of its own."""
    return any(sheet.snapshot is not None and may_confirm(user, sheet) for sheet in all_sheets())


def confirmations_of(imported: SheetImport, *, but_of: Actor | None) -> Iterator[User]:
    """Walk who confirmed that very file, for as many as it would end, other than the one who imports."""
    rows = ListConfirmed.objects.filter(
        file=imported.file, kind=imported.kind, ends__gte=imported.counts.get("missing", 0)
    )
    makers = {getattr(but_of, "pk", 0), imported.brought_by_id}
    for row in rows.select_related("by"):
        if row.by is not None and row.by.is_active and row.by.pk not in makers:
            yield row.by
