"""A second person's word on a whole list."""

from django.utils.translation import gettext as _

from alcaide.common.models import SheetImport, User
from alcaide.common.notices import tell
from alcaide.common.permissions import Refused, require
from alcaide.common.sheets import sheet_of
from alcaide.common.trail import audit, write
from alcaide.organization.models import ListConfirmed
from alcaide.organization.queries import root_unit


@write
def confirm_list(actor: User, imported: SheetImport) -> ListConfirmed:
    """Confirm that this very file may end as many rows as it does. Not for who brings it in.

    Needs the right to change such rows in every unit, which is that of the top one.
    """
    sheet = sheet_of(imported.kind)
    if sheet is None or sheet.snapshot is None:
        raise Refused(_("This is no whole list, so nothing of it needs a second person's word."))
    require(actor, sheet.permission, unit_id=root_unit().pk)
    if imported.brought_by_id == actor.pk:
        raise Refused(_("You brought this list in yourself. A second person must confirm it."))
    made = ListConfirmed.objects.create(
        file=imported.file, kind=imported.kind, ends=imported.counts.get("missing") or 1, by=actor
    )
    told = {"file": imported.file_name, "sha256": imported.file.sha256, "ends": made.ends}
    audit(actor, "confirm_list", subject=imported.subject, after=told)
    if imported.brought_by is not None:
        words = _("%(name)s confirmed it: it may be imported now.") % {"name": actor.name}
        tell(imported.brought_by, kind="import", subject=imported.subject, words=words, by=actor)
    return made
