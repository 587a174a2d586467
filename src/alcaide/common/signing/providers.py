"""Writing who vouches for people, which groups bring which roles, and what is asked of those who sign in."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.text import slugify

from alcaide.common.models import GroupRule, IdentityProvider, SignInRules
from alcaide.common.permissions import require_everywhere
from alcaide.common.sealing import seal
from alcaide.common.trail import Actor, audit, differences, write

from .keys import SET_SIGN_IN
from .queries import forget_rules, rules_now

TOLD = (
    "name", "is_on", "may_create", "trusts_email", "groups_field", "server_url", "client_id", "entity_id", "sso_url",
    "certificate",
)  # fmt: skip


@write
def add_provider(actor: Actor, *, kind: str, secret: str = "", **about: Any) -> IdentityProvider:
    """Let another system vouch for people. Its secret is sealed and never shown again. Raises Refused."""
    require_everywhere(actor, SET_SIGN_IN)
    made = IdentityProvider(kind=kind, **{name: about[name] for name in TOLD if name in about})
    made.slug = _free_slug(made.name)
    made.sealed_secret = seal(secret) if secret else ""
    made.save()
    told = {name: getattr(made, name) for name in TOLD}
    audit(
        actor, "add_identity_provider", subject=made.subject, after={"kind": kind, **told, "secret_set": bool(secret)}
    )
    return made


@write
def change_provider(
    actor: Actor, row: IdentityProvider, *, opened_version: int, secret: str = "", **about: Any
) -> IdentityProvider:
    """Change a provider; an empty secret leaves the one that stands. Raises Refused, LostUpdate."""
    require_everywhere(actor, SET_SIGN_IN)
    before = {name: getattr(row, name) for name in TOLD}
    for name in TOLD:
        setattr(row, name, about.get(name, before[name]))
    after = {name: getattr(row, name) for name in TOLD}
    fields = list(TOLD)
    if secret:
        row.sealed_secret = seal(secret)
        fields.append("sealed_secret")
    row.save_version(opened_version=opened_version, fields=fields)
    old, new = differences(before, after)
    audit(actor, "change_identity_provider", subject=row.subject, before=old, after={**new, "secret_set": bool(secret)})
    return row


@write
def add_rule(actor: Actor, provider: IdentityProvider, *, group: str, role: str, unit_uid: UUID) -> GroupRule:
    """Let a group bring a role in a unit, from the next sign-in of each of its people on. Raises Refused."""
    require_everywhere(actor, SET_SIGN_IN)
    made, is_new = GroupRule.objects.get_or_create(
        provider=provider, group=group.strip(), role=role, unit_uid=unit_uid, ended_at=None
    )
    if is_new:
        told = {"group": made.group, "role": role, "unit": str(unit_uid)}
        audit(actor, "add_group_rule", subject=provider.subject, after=told)
    return made


@write
def end_rule(actor: Actor, rule: GroupRule) -> None:
    """End a rule: what it brought goes at each person's next sign-in. Raises Refused."""
    require_everywhere(actor, SET_SIGN_IN)
    GroupRule.objects.filter(pk=rule.pk, ended_at__isnull=True).update(ended_at=timezone.now())
    told = {"group": rule.group, "role": rule.role, "unit": str(rule.unit_uid)}
    audit(actor, "end_group_rule", subject=rule.provider.subject, before=told)


@write
def set_rules(actor: Actor, *, second_factor_roles: list[str], opened_version: int) -> SignInRules:
    """Set which roles must have a second factor. Raises Refused, LostUpdate."""
    require_everywhere(actor, SET_SIGN_IN)
    row = rules_now()
    if row._state.adding:
        row.save()
    before = row.second_factor_roles
    row.second_factor_roles = sorted(second_factor_roles)
    row.save_version(opened_version=opened_version, fields=["second_factor_roles"])
    audit(
        actor, "set_sign_in_rules", subject=row.subject, before={"second_factor_roles": before},
        after={"second_factor_roles": row.second_factor_roles},
    )  # fmt: skip
    forget_rules()
    return row


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:30] or "provider"
    taken = set(IdentityProvider.objects.values_list("slug", flat=True))
    return next(each for n in range(1, len(taken) + 2) if (each := wanted if n == 1 else f"{wanted}-{n}") not in taken)
