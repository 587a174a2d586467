"""What a provider's groups bring and take: roles in units, at each sign-in, never the last administrator's."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.common.models import IdentityProvider, MappedGrant, User
from alcaide.common.permissions import Refused
from alcaide.common.trail import System, audit, write
from alcaide.organization.models import Grant, Unit
from alcaide.organization.services import grant, withdraw


@write
def apply_groups(user: User, provider: IdentityProvider, groups: set[str]) -> None:
    """Grant what the rules of these groups bring and withdraw what none brings any more.

    Only roles that this provider brought are withdrawn. The last holder of a role that the house cannot do without
    keeps it; the trail says so.
    """
    actor = System(f"sign-in {provider.slug}"[:70])
    wanted = set(provider.rules.filter(ended_at__isnull=True, group__in=groups).values_list("role", "unit_uid"))
    held = {}
    mapped = {row.grant_uid: row for row in MappedGrant.objects.filter(provider=provider, user=user, ended_at=None)}
    for each in Grant.objects.filter(user=user, withdrawn_at__isnull=True).select_related("unit", "user"):
        if each.until_on is None or each.until_on >= timezone.localdate():
            held[(each.role, each.unit.uid)] = each
    for role, unit_uid in sorted(wanted - held.keys(), key=str):
        _bring(actor, user, provider, role, unit_uid)
    for key, each in held.items():
        if key not in wanted and each.uid in mapped:
            _take(actor, user, each, mapped[each.uid])
    user.__dict__.pop("_scope", None)


def _bring(actor: System, user: User, provider: IdentityProvider, role: str, unit_uid: UUID) -> None:
    unit = Unit.objects.filter(uid=unit_uid).first()
    if unit is None:
        return
    try:
        made = grant(actor, user=user, role=role, unit=unit)
    except (Refused, ValidationError) as fault:
        audit(actor, "role_not_brought", subject=user.subject, after={"role": role, "why": str(fault)})
        return
    MappedGrant.objects.create(provider=provider, user=user, grant_uid=made.uid)


def _take(actor: System, user: User, held: Grant, mapped: MappedGrant) -> None:
    try:
        withdraw(actor, held)
    except Refused as fault:
        audit(actor, "role_not_taken", subject=user.subject, after={"role": held.role, "why": str(fault)})
        return
    MappedGrant.objects.filter(pk=mapped.pk).update(ended_at=timezone.now())
