"""Forms filled in as they should be, sent by who may not: the permission refuses them, not a field that was left out.

Each form is read from its page as the chief of the whole house sees it, filled in, and sent once as the chief. Those
that the house takes in are then sent by somebody without the permission, and by somebody who holds every role in
another unit.
"""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django import forms
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from django.utils.choices import flatten_choices

import test_matrix as matrix
from alcaide.common.models import TrailLine, User
from alcaide.common.permissions import ROLES, permissions
from alcaide.organization import services as organization
from alcaide.organization.models import Unit
from alcaide.organization.tests.factories import HOUSE, make_user
from rows import Rows
from walker import Walker, refusals_drawn_once

pytestmark = pytest.mark.slow

# What must be among the forms that are taken in, lest the filling in went wrong without a word.
AT_LEAST = {
    "actions-ask", "actions-assign", "actions-promise", "asset-edit", "asset-new", "asset-retire", "assets-many",
    "backup-now", "decide-plan", "exception-approve", "exception-refuse", "follow-rule-retire", "grant-withdraw",
    "hold-place", "hold-release", "import-do", "import-undo", "limits-change", "measure-adopt", "own-role-new",
    "people-list-confirm", "person-close", "person-new", "retention-answer", "retention-ask", "scenario-edit",
    "sign-in-rules", "tag-merge", "tie-add", "unit-new",
}  # fmt: skip
# A form with a fault is shown again; one that is taken in leads on.
TAKEN_IN = {302, 303}


def filled(form: Any) -> dict[str, Any]:
    """Fill in every field of a form, what must be and what may be, with something that it accepts."""
    return {
        form.add_prefix(name): value
        for name, field in form.fields.items()
        if (value := _value(form, name, field)) not in (None, "")
    }


def _value(form: Any, name: str, field: forms.Field) -> Any:
    stands = form[name].value()
    if stands not in (None, "", []):
        return stands
    if not field.required:
        return None
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return next((str(key) for key, _ in flatten_choices(field.choices) if str(key)), None)
    if isinstance(field, forms.DateField):
        return (timezone.localdate() + timedelta(days=5)).isoformat()
    if isinstance(field, forms.IntegerField | forms.FloatField | forms.DecimalField):
        return "1"
    return "words that say why this is so"


class ValidForms(TestCase):
    """One house with a row of every kind in two units."""

    root: Unit
    own: Rows
    foreign: Rows

    @classmethod
    def setUpTestData(cls) -> None:
        matrix.Matrix.setUpTestData.__func__(cls)

    def test_a_form_filled_in_is_refused_all_the_same(self) -> None:
        without, elsewhere = Walker(make_user("guard", unit=self.own.unit), draws=False), self.elsewhere()
        faults = []
        with refusals_drawn_once():
            taken = self.taken_in(Walker(make_user("chief", unit=self.root)))
            before = TrailLine.objects.count()
            for each, path, body in taken:
                if not any("guard" in permissions()[key].roles for key in each.rule.wanted("POST")):
                    faults += self.refused(without, each, path, body, who="without the permission")
                if each.rule.reach == "all" or (each.rule.reach == "unit" and each.names_a_row):
                    faults += self.refused(elsewhere, each, path, body, who="with every role elsewhere")
        assert not faults, "\n".join(["", *faults])
        assert TrailLine.objects.count() == before
        names = {each.name for each, _path, _body in taken}
        assert names >= AT_LEAST, AT_LEAST - names

    def elsewhere(self) -> Walker:
        user = make_user(None)
        for role in ROLES:
            organization.grant(HOUSE, user=user, role=role, unit=self.foreign.unit)
        return Walker(user, draws=False)

    def taken_in(self, chief: Walker) -> list[tuple[Any, str, dict[str, Any]]]:
        """Return the addresses whose form the house takes in from the chief, each with its form filled in."""
        found = []
        for each in matrix.addresses():
            wanted = () if each.rule is None else each.rule.wanted("POST")
            if not wanted or not all(key in permissions() for key in wanted):
                continue
            path = matrix.filled(each, self.own)
            body = {**matrix.TYPED.get(each.name, {}), **chief.form(path, filled)}
            if chief.status("POST", path, named=each.name, body=body) in TAKEN_IN:
                found.append((each, path, body))
        return found

    def refused(self, walker: Walker, each: Any, path: str, body: dict[str, Any], *, who: str) -> list[str]:
        status = walker.status("POST", path, body=body)
        return [] if status in matrix.REFUSED else [f"{each.name} {who}: {status}"]


class Passkeys(TestCase):
    """A passkey has one owner, and to nobody else is it there."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.owner, cls.other = make_user("chief"), make_user("administrator")
        cls.keys = {user.pk: cls.key_of(user) for user in (cls.owner, cls.other)}

    @staticmethod
    def key_of(user: User) -> Authenticator:
        return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "A key"})

    def test_it_opens_to_its_owner_and_to_no_chief_or_administrator(self) -> None:
        proven = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        for user in (self.owner, self.other):
            walker = Walker(
                user, account_authentication_methods=proven, account_authentication_methods_user=str(user.pk)
            )
            for of, key in self.keys.items():
                for act in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
                    path = reverse(act, args=[key.pk])
                    for method in ("GET", "POST"):
                        status = walker.status(method, path, body={"name": "Mine now"})
                        assert (status == 404) == (of != user.pk), (method, path, user.email, status)
        assert {each.wrap().name for each in Authenticator.objects.all()} == {"A key"}
