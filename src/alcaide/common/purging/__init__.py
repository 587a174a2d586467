"""The only way in which rows of the house go.

`purge` and `erase` work through many rows by a rule, in chunks, and ask the holds before each; `remove` is a person's
own deletion and refuses what a hold keeps; `renew` takes away working rows that are computed again.
"""

from .declared import Faulty, NotDeclared, faults, how, kept_why, models_of_the_house
from .guard import WentRound, opened
from .held import Holding, held_on, holds_in_force, rows_held
from .ledger import LedgerCheck, check_ledger
from .lock import lock_holds
from .removing import Held, remove, renew, renew_table, require_free
from .running import KeptBy, Purged, erase, erase_trail, purge, running_of

__all__ = [
    "Faulty",
    "Held",
    "Holding",
    "KeptBy",
    "LedgerCheck",
    "NotDeclared",
    "Purged",
    "WentRound",
    "check_ledger",
    "erase",
    "erase_trail",
    "faults",
    "held_on",
    "holds_in_force",
    "how",
    "kept_why",
    "lock_holds",
    "models_of_the_house",
    "opened",
    "purge",
    "remove",
    "renew",
    "renew_table",
    "require_free",
    "rows_held",
    "running_of",
]
