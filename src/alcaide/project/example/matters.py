"""The example's matter behind a wall: opened by counsel, one person let in, and one disclosure."""

from datetime import timedelta

from django.utils import timezone

from alcaide.common.models import User
from alcaide.common.walls import services as walls
from alcaide.common.walls import within
from alcaide.common.walls.disclosing import disclose
from alcaide.organization import services as organization
from alcaide.organization.models import Person
from alcaide.organization.queries import root_unit

from .content import content
from .estate import HOUSE


def open_matter(people: dict[str, list[Person]], *, member: User) -> None:
    """Let counsel open the matter, let somebody in, write, give a task and disclose a fact."""
    told = content("matters")
    legal = next(each for staff in people.values() for each in staff if each.title == "Legal" and each.user is None)
    counsel = organization.let_sign_in(HOUSE, legal)
    organization.grant(HOUSE, user=counsel, role="counsel", unit=root_unit())
    matter = walls.open_matter(counsel, **told["matter"])
    walls.let_in(counsel, matter, user=member)
    for note in told["notes"]:
        walls.write_note(counsel, matter, **note)
    task, out = told["task"], told["disclosure"]
    due_on = timezone.localdate() + timedelta(days=task["in_days"])
    walls.add_task(counsel, matter, text=task["text"], owner=member, due_on=due_on)
    recorded = within(matter, counsel).notes("fact")[:1]
    disclose(counsel, matter, notes=list(recorded), **out)
