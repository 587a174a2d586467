"""Makes matters for tests of every room."""

from io import BytesIO

from alcaide.common.models import Matter, User
from alcaide.common.walls import services
from alcaide.organization.tests.factories import make_user

WORDS = "Zorzal"


def make_matter(counsel: User | None = None, *, title: str = f"{WORDS} against us") -> Matter:
    return services.open_matter(
        counsel or make_user("counsel"), title=title, ground="litigation", ground_text=f"{WORDS} announced a claim",
        apart_text=f"{WORDS} is looked at for counsel alone",
    )  # fmt: skip


def make_full_matter(counsel: User, *members: User, about: str = "") -> Matter:
    """Make a matter that holds one of everything, each with the word in it."""
    matter = make_matter(counsel)
    for member in members:
        services.let_in(counsel, matter, user=member)
    for kind in ("fact", "advice", "draft"):
        services.write_note(counsel, matter, kind=kind, text=f"{WORDS} {kind}", source=f"{WORDS} letter")
    services.add_file(counsel, matter, stream=BytesIO(WORDS.encode()), name=f"{WORDS}.txt")
    services.add_task(counsel, matter, text=f"Call {WORDS}", owner=members[0] if members else counsel)
    if about:
        services.look_at(members[0] if members else counsel, matter, about=about, why=f"{WORDS} entered there")
    return matter
