"""Whole lists of people: who stands here, and how those missing leave; many only with a second person's word."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import SheetImport, User
from alcaide.common.permissions import Refused, scope_of
from alcaide.common.sheets import Context, Outcome, Standing, Waits
from alcaide.common.trail import Actor, System
from alcaide.organization.models import CHANGE, ListConfirmed, Person
from alcaide.organization.queries import others_who_may, root_unit, works_here

from .finding import may_change

# More leavers than this and than a tenth of those standing are rarely meant.
MOST = 50
MOST_SHARE = 0.1


def standing(by: str, actor: Actor, _context: Context) -> Iterator[Standing]:
    """Walk who works here and has what the list names people by, in units where the actor may change people.

    Who has none is spoken of by no list, and so by no list ended. Who leaves on a day that is known already is
    not ended again.
    """
    rows = Person.objects.filter(works_here(), left_on__isnull=True).exclude(**{by: ""})
    for pk, who, uid, name, unit_id in rows.values_list("pk", by, "uid", "name", "unit_id").order_by("pk"):
        if may_change(actor, unit_id):
            yield Standing((who,), f"{Person.SUBJECT}:{uid}", name, held=pk)


def end(kind: str, actor: Actor, rows: Sequence[Standing], context: Context) -> list[Outcome]:
    """Write today as the last day of those missing; a number beyond the bound needs a second person's word."""
    refused = _unconfirmed(kind, actor, context)
    if refused:
        return [Outcome(0, "refused", row.name, row.subject).refused(refused) for row in rows]
    today = timezone.localdate()
    found = {person.pk: person for person in Person.objects.filter(pk__in=[row.held for row in rows])}
    outcomes, ended = [], []
    for row in rows:
        person = found.get(row.held)
        outcome = Outcome(0, "ended", row.name, row.subject, before={"left_on": None}, after={"left_on": today})
        if person is None or not may_change(actor, person.unit_id):
            outcomes.append(outcome.refused(_("You may not change people of the unit in which this person stands.")))
            continue
        if person.joined_on and person.joined_on > today:
            outcomes.append(outcome.refused(_("Joins only later; change the day of joining, or add them to the list.")))
            continue
        person.left_on, person.version, person.changed_at = today, person.version + 1, timezone.now()
        ended.append(person)
        outcomes.append(outcome.written(row.subject, person.version))
    Person.objects.bulk_update(ended, ["left_on", "version", "changed_at"], batch_size=500)
    return outcomes


def needs_confirming(imported: SheetImport) -> bool:
    """Tell whether an import would end more people than one person alone may."""
    return bool(imported.ends_missing and imported.counts.get("missing_guarded"))


def waits(actor: Actor, imported: SheetImport) -> Waits | None:
    """Return why a tried list may not begin: it would end many, and no second person confirmed that very file."""
    if isinstance(actor, System) or not needs_confirming(imported) or any(confirmations_of(imported, but_of=actor)):
        return None
    told = _("This would end %(n)s of %(all)s people, so a second person confirms this very file first.") % {
        "n": f"{imported.counts['missing']:,}", "all": f"{imported.counts.get('standing', 0):,}",
    }  # fmt: skip
    makers = {actor.pk, imported.brought_by_id or 0}
    others = others_who_may(CHANGE, root_unit(), but=makers, user=actor)
    sees = scope_of(actor).allows(CHANGE, root_unit().pk)
    return Waits(told, others.words, reverse("people-lists") if sees else "")


def lists_to_confirm() -> QuerySet[SheetImport]:
    """Return the imports of whole lists that would end, or would have ended, more than one person alone may."""
    rows = SheetImport.objects.filter(kind__startswith="organization.people", ends_missing=True)
    guarded = rows.filter(counts__missing_guarded=1) | rows.filter(counts__not_ended__gt=0)
    return guarded.exclude(state=SheetImport.State.DROPPED).select_related("file", "brought_by").order_by("-pk")


def confirmations_of(imported: SheetImport, *, but_of: Actor | None) -> Iterator[User]:
    """Walk who confirmed that very file, for as many leavers as it has, other than the one who imports."""
    rows = ListConfirmed.objects.filter(file=imported.file, kind=imported.kind, ends__gte=imported.counts["missing"])
    for row in rows.select_related("by"):
        if (
            row.by is not None
            and row.by.is_active
            and row.by.pk not in {getattr(but_of, "pk", 0), imported.brought_by_id}
        ):
            yield row.by


def _unconfirmed(kind: str, actor: Actor, context: Context) -> str:
    """Return why nobody may be ended yet, "" where they may. Raises Refused for an import of another kind."""
    imported = SheetImport.objects.select_related("file").filter(uid=context.subject.partition(":")[2]).first()
    if imported is None or isinstance(actor, System) or not needs_confirming(imported):
        return ""
    if imported.kind != kind:
        raise Refused(_("This list is of another kind."))
    if any(confirmations_of(imported, but_of=actor)):
        return ""
    return _(
        "This would end %(n)s of %(all)s people. A second person must confirm this file first, under Organization,"
        " Whole lists; then try it again."
    ) % {"n": f"{imported.counts['missing']:,}", "all": f"{imported.counts.get('standing', 0):,}"}
