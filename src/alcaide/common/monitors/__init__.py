"""Monitors: whatever observes or evaluates a named person is declared, agreed for each unit, and read masked."""

from alcaide.common.models import OutsideMonitor

from .about_me import Held, HeldPart, offer_held
from .declared import Monitor, MonitorUnknown, monitor_of, monitors
from .declaring import declare
from .places import Places, provide_places
from .reading import MonitorOff, collect, numbers, own, read
from .states import State, may_collect, state

__all__ = [
    "Held",
    "HeldPart",
    "Monitor",
    "MonitorOff",
    "MonitorUnknown",
    "OutsideMonitor",
    "Places",
    "State",
    "collect",
    "declare",
    "may_collect",
    "monitor_of",
    "monitors",
    "numbers",
    "offer_held",
    "own",
    "provide_places",
    "read",
    "state",
]
