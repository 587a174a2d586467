"""Pages of the roles: the built-in ones beside those of the house, one role, comparing two."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import words
from alcaide.common.permissions import ROLES, permissions, require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization import services
from alcaide.organization.forms_roles import OwnRoleForm
from alcaide.organization.models import MAKE_ROLES, SEE, CustomRole
from alcaide.organization.queries import carried, carried_by, custom_roles, root_unit, told_of

from .asking import Asking, ask, kept


@rule(SEE)
@require_safe
def own_roles(request: Asking) -> HttpResponse:
    """Show every role and what it may do."""
    require(request.user, SEE)
    own = list(custom_roles())
    known = permissions().values()
    return render(
        request,
        "organization/own_roles.html",
        {
            "own": [(role, len(carried(role.permissions))) for role in own],
            "built_in": [(role, sum(role.key in each.roles for each in known)) for role in ROLES.values()],
            "answer": ngettext("%(n)s role of the house's own.", "%(n)s roles of the house's own.", len(own))
            % {"n": words.count(len(own))},
            "may_make": scope_of(request.user).covers_all(MAKE_ROLES),
        },
    )


@rule(SEE)
@require_safe
def role_page(request: Asking, key: str) -> HttpResponse:
    """Show what a role may do, beside another one where the address names it."""
    require(request.user, SEE)
    own = CustomRole.objects.filter(key=key).first()
    if own is None and key not in ROLES:
        return get_object_or_404(CustomRole, key=key)  # type: ignore[return-value]  # there is none: it raises
    with_key = request.GET.get("with", "")
    other = with_key if with_key in ROLES or custom_roles().filter(key=with_key).exists() else ""
    mine, theirs = carried_by(key), carried_by(other) if other else frozenset[str]()
    rows = [(each, name in mine, name in theirs) for name, each in sorted(permissions().items())]
    about = {
        "own": own, "label": own.label if own else ROLES[key].label, "key": key, "number": len(mine), "other": other,
        "rows": [row for row in rows if row[1] or row[2]],
        "unknown": services.unknown_of(own) if own else [],
        "choices": [(k, label) for k, label in _choices() if k != key],
        "other_label": dict(_choices()).get(other, ""),
        "may_make": own is not None and own.retired_at is None and scope_of(request.user).covers_all(MAKE_ROLES),
        "told": told_of(request.user, own.subject, before=request.GET.get("before")) if own else None,
    }  # fmt: skip
    return render(request, "organization/role.html", about)


@rule(MAKE_ROLES, reach="all")
def own_role_new(request: Asking) -> HttpResponse:
    """Make a role."""
    require(request.user, MAKE_ROLES, unit_id=root_unit().pk)
    form = OwnRoleForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made = kept(form, services.make_role, request.user, **form.values)
        if made is not None:
            messages.success(request, _("“%(name)s” can be granted now.") % {"name": made.label})
            return redirect("role", key=made.key)
    return ask(
        request, form, answer=_("Make a role."), rest=_("It never may do more than you."), act=_("Make it"),
        back_url=reverse("own-roles"),
    )  # fmt: skip


@rule(MAKE_ROLES, reach="all")
def own_role_edit(request: Asking, uid: str) -> HttpResponse:
    """Change what a role is called and may do."""
    require(request.user, MAKE_ROLES, unit_id=root_unit().pk)
    role = get_object_or_404(custom_roles(), uid=uid)
    form = OwnRoleForm(request.POST or None, user=request.user, row=role)
    if request.method == "POST" and form.is_valid():
        done = kept(form, services.change_role, request.user, role, opened_version=form.opened_version, **form.values)
        if done is not None:
            messages.success(request, _("Saved. Whoever holds it gains and loses at once."))
            return redirect("role", key=role.key)
    return ask(
        request, form, answer=_("Change “%(name)s”.") % {"name": role.label},
        rest=_("Whoever holds it gains and loses at once."), back_url=reverse("role", args=[role.key]),
    )  # fmt: skip


@rule(MAKE_ROLES, reach="all")
@require_POST
def own_role_retire(request: Asking, uid: str) -> HttpResponse:
    """Retire a role; every grant of it is withdrawn."""
    role = get_object_or_404(CustomRole, uid=uid)
    gone = services.retire_role(request.user, role)
    messages.success(
        request, _("“%(name)s” is retired; roles withdrawn: %(n)s.") % {"name": role.label, "n": words.count(gone)}
    )
    return redirect("own-roles")


def _choices() -> list[tuple[str, str]]:
    return [*((key, role.label) for key, role in ROLES.items()), *custom_roles().values_list("key", "label")]
