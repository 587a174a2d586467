"""Pages of one qualification, one liaison, one rate of a currency: facts, links, history and what people say."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.common import words
from alcaide.common.lists import DetailPage, Fact, Link
from alcaide.common.permissions import scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization.models import (
    CHANGE,
    CHANGE_STAFF,
    SEE,
    SEE_FACTS,
    SEE_STAFF,
    Liaison,
    Person,
    Qualification,
    Rate,
)
from alcaide.organization.queries import (
    kept_qualifications,
    liaison_in_force,
    liaisons,
    others_who_may,
    people,
    rates,
    root_unit,
    told_of,
)

DIGITS = Decimal("0.01")


class _RecordPage(DetailPage):
    """A page of this room: its history names people and units only to whom they are named elsewhere, too."""

    def _told(self, row: Any) -> dict[str, Any]:
        return {"told": told_of(self.request.user, row.subject, before=self.request.GET.get("before"))}

    def _person(self, person: Person | None, *, label: Any, nobody: str = "") -> Fact:
        if person is None:
            return Fact(label, nobody or None)
        seen = people(self.request.user).filter(pk=person.pk).exists()
        return Fact(label, person.name, url=reverse("person", args=[person.uid]) if seen else "", second=person.title)


class QualificationPage(_RecordPage):
    """A licence, training or certificate of a person."""

    permission: ClassVar[str] = SEE_STAFF
    template = "organization/qualification.html"
    crumb = (lazy("Qualifications"), "qualifications")

    def rows(self, user: Any) -> QuerySet[Qualification]:
        return kept_qualifications(user).select_related("person__unit", "verified_by")

    def headline(self, row: Any) -> tuple[str, str]:
        said = _("%(kind)s of %(name)s.") % {"kind": row.kind, "name": row.person.name}
        return said, f"{_qualification_state(row)}. {_verified(row)}"

    def facts(self, row: Any) -> list[Fact]:
        paper = reverse("qualification-paper", args=[row.uid]) if row.file_id else ""
        return [
            self._person(row.person, label=_("Who")),
            Fact(_("What"), row.kind),
            Fact(_("Number"), row.number or None),
            Fact(_("Issuer"), row.issuer or None),
            Fact(_("From"), row.from_on),
            Fact(_("Until"), row.until_on or _("no end")),
            Fact(_("Verified"), row.verified_by.name if row.verified_by else _("nobody yet"), second=_moment(row)),
            Fact(_("Paper"), row.file_name if row.file_id else _("none is kept here"), url=paper),
        ]

    def links(self, row: Any) -> list[Link]:
        same = f"{reverse('qualifications')}?unit={row.person.unit.uid}&view=all"
        return [Link(_("Qualifications in %(unit)s") % {"unit": row.person.unit.name}, same, icon="certificate")]

    def more(self, row: Any) -> dict[str, Any]:
        user = self.request.user
        is_me = row.person.user_id is not None and row.person.user_id == user.pk
        may_change = scope_of(user).allows(CHANGE_STAFF, row.person.unit_id) and row.withdrawn_at is None
        waits = row.verified_at is None and row.withdrawn_at is None
        makers = {row.person.user_id} if row.person.user_id else set()
        may_verify = may_change and waits and not is_me
        others = others_who_may(CHANGE_STAFF, row.person.unit, but=makers, user=user) if waits and is_me else None
        return {**self._told(row), "may_change": may_change, "may_verify": may_verify, "others": others}


class LiaisonPage(_RecordPage):
    """Whom a unit turns to for a topic."""

    permission: ClassVar[str] = SEE
    template = "organization/liaison.html"
    crumb = (lazy("Liaisons"), "liaisons")

    def rows(self, user: Any) -> QuerySet[Liaison]:
        return liaisons(user)

    def headline(self, row: Any) -> tuple[str, str]:
        told = {"unit": row.unit.name, "name": row.person.name, "topic": row.topic}
        return _("%(unit)s turns to %(name)s for %(topic)s.") % told, _liaison_state(row)

    def facts(self, row: Any) -> list[Fact]:
        return [
            Fact(_("For what"), row.topic),
            Fact(_("Unit"), row.unit.name, url=reverse("unit", args=[row.unit.uid])),
            self._person(row.person, label=_("Who")),
            self._person(row.deputy, label=_("Deputy"), nobody=_("nobody")),
            Fact(_("From"), row.from_on),
            Fact(_("Until"), row.until_on or _("no end")),
        ]

    def links(self, row: Any) -> list[Link]:
        others = liaisons(self.request.user).filter(liaison_in_force(), unit=row.unit).exclude(pk=row.pk)[:5]
        return [
            Link(each.topic, reverse("liaison", args=[each.uid]), icon="users", second=each.person.name)
            for each in others
        ]

    def more(self, row: Any) -> dict[str, Any]:
        return {**self._told(row), "may_change": scope_of(self.request.user).allows(CHANGE, row.unit_id)}


@rule(SEE_FACTS, reach="any")
class RatePage(_RecordPage):
    """What the organization's currency was worth in another one on a day."""

    permission: ClassVar[str] = SEE_FACTS
    template = "organization/rate.html"
    crumb = (lazy("Rates"), "rates")

    def rows(self, user: Any) -> QuerySet[Rate]:
        return rates()

    def headline(self, row: Any) -> tuple[str, str]:
        today = timezone.localdate()
        return _("%(said)s on %(day)s.") % {"said": row.said, "day": words.day(row.on, today=today)}, _from(row)

    def facts(self, row: Any) -> list[Fact]:
        before = self._beside(row, later=False)
        known = [
            Fact(_("Currency"), row.currency),
            Fact(_("Day"), row.on),
            Fact(_("Rate"), row.said, second=_("so %(turned)s") % {"turned": row.turned}),
            Fact(_("From where"), row.source),
            Fact(_("Entered by"), row.said_by.name if row.said_by else _("the house itself")),
        ]
        return [*known, Fact(_("Against the rate before"), _moved(row, before))] if before else known

    def links(self, row: Any) -> list[Link]:
        found = [(_("The rate before"), self._beside(row, later=False)), (_("The rate after"), self._beside(row))]
        today = timezone.localdate()
        return [
            Link(
                label,
                reverse("rate", args=[each.uid]),
                icon="history",
                second=f"{each.said}, {words.day(each.on, today=today)}",
            )
            for label, each in found
            if each is not None
        ]

    def more(self, row: Any) -> dict[str, Any]:
        may_change = scope_of(self.request.user).allows(CHANGE, root_unit().pk)
        return {**self._told(row), "may_change": may_change}

    def _beside(self, row: Any, *, later: bool = True) -> Rate | None:
        same = rates().filter(currency=row.currency)
        rows = same.filter(on__gt=row.on).order_by("on") if later else same.filter(on__lt=row.on).order_by("-on")
        return rows.first()


def _qualification_state(row: Qualification) -> str:
    today = timezone.localdate()
    if row.withdrawn_at is not None:
        return _("Taken off the list")
    if row.until_on is None:
        return _("It holds without an end")
    day = words.day(row.until_on, today=today)
    return (_("It ended on %(day)s") if row.until_on < today else _("It holds until %(day)s")) % {"day": day}


def _verified(row: Qualification) -> str:
    if row.verified_at is None:
        return _("Nobody verified it yet.")
    return _("Verified by %(name)s.") % {"name": row.verified_by.name if row.verified_by else _("the house itself")}


def _moment(row: Qualification) -> str:
    if row.verified_at is None:
        return ""
    return words.moment(timezone.localtime(row.verified_at), today=timezone.localdate())


def _liaison_state(row: Liaison) -> str:
    today = timezone.localdate()
    if row.until_on is not None and row.until_on < today:
        return _("That ended on %(day)s.") % {"day": words.day(row.until_on, today=today)}
    if row.person.left_on is not None and row.person.left_on < today:
        return _("%(name)s has left: name somebody else.") % {"name": row.person.name}
    if row.from_on > today:
        return _("From %(day)s on.") % {"day": words.day(row.from_on, today=today)}
    return _("%(name)s is the deputy.") % {"name": row.deputy.name} if row.deputy else _("There is no deputy.")


def _from(row: Rate) -> str:
    return _("Source: %(source)s.") % {"source": row.source}


def _moved(row: Rate, before: Rate) -> str:
    change = ((Decimal(row.per_ours) / Decimal(before.per_ours) - 1) * 100).quantize(DIGITS)
    return _("%(change)s %% since %(day)s") % {
        "change": f"{change:+}".replace("-", "−"), "day": words.day(before.on, today=timezone.localdate()),
    }  # fmt: skip
