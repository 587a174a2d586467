"""What every row of the house has: a public identifier, its dates, and a version."""

from typing import Any, Self

from django.db import models
from django.db.models.functions import Now

from alcaide.common.ids import new_uid


class LostUpdate(Exception):
    """Somebody else saved this row since it was opened; nothing was written."""

    def __init__(self, current: "Record", *, opened_version: int, mine: dict[str, Any]) -> None:
        self.current = current
        self.opened_version = opened_version
        self.mine = mine
        super().__init__(
            "Somebody saved this while you were editing. Compare both and save again; nothing was written."
        )

    @property
    def rows(self) -> list[tuple[str, Any, Any]]:
        """What differs: the field's words, what you typed, what stands there now."""
        found = []
        for name, mine in self.mine.items():
            theirs = getattr(self.current, name, None)
            if name != "version" and mine != theirs:
                words = getattr(self.current._meta.get_field(name), "verbose_name", name)
                found.append((str(words), mine, theirs))
        return found


class Record(models.Model):
    """A row with a public identifier (UUIDv7), two dates, and a version that rises with each save by a person."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    # The name of this kind in a subject string, such as `assets.asset`; set by each model.
    SUBJECT = ""

    class Meta:
        abstract = True

    @property
    def subject(self) -> str:
        """The name other rooms know this row by, such as `assets.asset:<uid>`."""
        return f"{self.SUBJECT}:{self.uid}"

    def save_version(self, *, opened_version: int, fields: list[str]) -> None:
        """Save the named fields if nobody saved since `opened_version`. Raises LostUpdate."""
        values: dict[str, Any] = {name: getattr(self, name) for name in fields}
        values["version"] = opened_version + 1
        model = type(self)
        changed_at = Now()
        rows = model._base_manager.filter(pk=self.pk, version=opened_version).update(**values, changed_at=changed_at)
        if not rows:
            raise LostUpdate(model._base_manager.get(pk=self.pk), opened_version=opened_version, mine=values)
        self.refresh_from_db()

    @classmethod
    def of(cls, uid: object) -> Self:
        """Return the row with this public identifier. Raises DoesNotExist."""
        return cls._base_manager.get(uid=uid)
