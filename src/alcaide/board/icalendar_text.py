"""The year as iCalendar (RFC 5545): whole days, stable names, a reminder on the day the work must start."""

from collections.abc import Iterable
from datetime import timedelta

from alcaide.board.services.feeds import Told


def as_icalendar(every: Iterable[Told], *, name: str, house: str, link: str) -> bytes:
    """Return a calendar's text. `link` begins every address; nothing in it names a person."""
    from icalendar import Alarm, Calendar, Event  # noqa: PLC0415  0.2 s that no other page needs

    made = Calendar()
    made.add("prodid", "-//Alcaide//The year//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for told in every:
        event = Event()
        event.add("uid", f"{told.key}@{house}")
        event.add("summary", told.title)
        event.add("dtstart", told.on)
        event.add("dtend", told.on + timedelta(days=1))
        event.add("dtstamp", told.told_at)
        event.add("last-modified", told.told_at)
        event.add("sequence", told.sequence)
        event.add("transp", "TRANSPARENT")
        event.add("url", f"{link}{told.url}")
        if told.lead_days:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", told.title)
            alarm.add("trigger", timedelta(days=-told.lead_days, hours=8))
            event.add_component(alarm)
        made.add_component(event)
    return made.to_ical()
