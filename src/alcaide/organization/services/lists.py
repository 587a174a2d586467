"""A second person's word on a whole list."""

from django.utils.translation import gettext as _

from alcaide.common import eyes
from alcaide.common.models import SheetImport, User
from alcaide.common.notices import tell
from alcaide.common.permissions import Refused
from alcaide.common.sheets import sheet_of
from alcaide.common.trail import audit, write
from alcaide.organization.models import WHOLE_LIST, ListConfirmed
from alcaide.organization.queries import root_unit


@write
def confirm_list(actor: User, imported: SheetImport) -> ListConfirmed:
    """Confirm that this very file may end as many rows as it does. Not for who brings it in.

    Needs the right to change such rows in every unit, which is that of the top one.
    """
    sheet = sheet_of(imported.kind)
    if sheet is None or sheet.snapshot is None:
        raise Refused(_("This is no whole list, so nothing of it needs a second person's word."))
    eyes.gate(
        actor, WHOLE_LIST, about=imported.subject, unit_id=root_unit().pk, makers=[imported.brought_by_id],
        asked_at=imported.created_at, permission=sheet.permission, title=imported.file_name,
    )  # fmt: skip
    made = ListConfirmed.objects.create(
        file=imported.file, kind=imported.kind, ends=imported.counts.get("missing") or 1, by=actor
    )
    told = {"file": imported.file_name, "sha256": imported.file.sha256, "ends": made.ends}
    audit(actor, "confirm_list", subject=imported.subject, after=told)
    if imported.brought_by is not None:
        words = _("%(name)s confirmed it: it may be imported now.") % {"name": actor.name}
        tell(imported.brought_by, kind="import", subject=imported.subject, words=words, by=actor)
    return made
