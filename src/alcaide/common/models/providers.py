"""Who vouches for people, what is asked of them, and the sealed way in for when nothing else works."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .base import Record


class IdentityProvider(Record):
    """One system that vouches for people: by OpenID Connect or by SAML. Its secret is kept sealed."""

    SUBJECT = "common.identity_provider"
    KEPT = "Who vouched for people stays named in the log; it is switched off."

    class Kind(models.TextChoices):
        OIDC = "openid_connect", _("OpenID Connect")
        SAML = "saml", _("SAML 2.0")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=40)
    slug = models.SlugField(max_length=40, unique=True)
    is_on = models.BooleanField(default=True)
    may_create = models.BooleanField(default=False)
    trusts_email = models.BooleanField(default=False)
    groups_field = models.CharField(max_length=200, default="groups")
    # OpenID Connect
    server_url = models.CharField(max_length=300, blank=True)
    client_id = models.CharField(max_length=190, blank=True)
    sealed_secret = models.TextField(blank=True)
    # SAML
    entity_id = models.CharField(max_length=300, blank=True)
    sso_url = models.CharField(max_length=300, blank=True)
    certificate = models.TextField(blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class GroupRule(Record):
    """Who is in this group of a provider holds this role in this unit."""

    SUBJECT = "common.group_rule"
    KEPT = "It ends with a date: what it brought must be explained later."

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="rules")
    group = models.CharField(max_length=200)
    role = models.CharField(max_length=40)
    unit_uid = models.UUIDField()
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("group", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "group", "role", "unit_uid"], condition=models.Q(ended_at__isnull=True),
                name="one_rule_per_group_and_role",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.group}: {self.role}"


class MappedGrant(models.Model):
    """A role that a group brought, and that goes when the group does."""

    KEPT = "Why somebody held a role must be explained later."

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="mapped")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mapped_grants")
    grant_uid = models.UUIDField(unique=True)
    at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.provider_id} {self.grant_uid}"


class SignInRules(Record):
    """What the house asks of those who sign in; one row."""

    SUBJECT = "common.sign_in_rules"
    KEPT = "The house's one setting."
    DEFAULT = ("administrator", "auditor", "chief", "counsel", "dpo")

    second_factor_roles = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "sign-in rules"

    def __str__(self) -> str:
        return ", ".join(self.second_factor_roles)


class BreakGlass(Record):
    """One sealed credential for emergencies, from its making through its one use to its review."""

    SUBJECT = "common.break_glass"
    KEPT = "Emergency access must be provable for ever."

    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    credential_secret = models.CharField(max_length=256)
    hours = models.PositiveSmallIntegerField(default=4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="break_glass")
    replaced_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    who = models.CharField(max_length=200, blank=True)
    why = models.TextField(blank=True)
    address = models.GenericIPAddressField(null=True)
    grant_uid = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="break_glass_reviewed"
    )
    review = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"break-glass of {self.made_at:%Y-%m-%d}"
