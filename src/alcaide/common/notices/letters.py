"""Letters: what stands in one, and how one goes out so that it never goes twice by itself."""

from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common.models import Letter, User
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, System, audit, write

from .post import Post, in_words, post_of_the_house
from .queries import MAIL, show
from .services import ask_to_send

HOUSE = System("notices")
# Minutes until the next try after each that failed; after the last one the letter has failed.
WAITS_MIN = (1, 5, 30, 120, 480)
MOST_IN_A_LETTER = 100
PERMANENT_FROM = 500
State = Letter.State


class MailIsOff(RuntimeError):
    """No mail server is configured; the message says where that is described."""


@dataclass(frozen=True)
class Item:
    """One line of a letter, with its full address."""

    title: str
    words: str
    url: str


def send_waiting(post: Post) -> dict[str, int]:
    """Send every letter that is due over one connection; returns how many ended how.

    The connection is opened before a letter is marked as being handed over, so that a server that is down costs no
    letter its certainty.
    """
    ended = {"sent": 0, "failed": 0, "needless": 0}
    due = list(_due().values_list("pk", flat=True)[:1000])
    if not due:
        return ended
    connection = post.connection()
    try:
        connection.open()
    except (OSError, SMTPException) as fault:
        for pk in due:
            _put_off(pk, in_words(fault), permanent=False)
        return {**ended, "failed": len(due)}
    try:
        for pk in due:
            ended[_send(pk, post, connection)] += 1
    finally:
        connection.close()
    return ended


def doubt_handed_over() -> int:
    """Mark letters that a dead worker was handing over: nobody knows whether they arrived, so none goes again."""
    return Letter.objects.filter(state=State.SENDING).update(
        state=State.UNSURE, fault="The worker stopped while it handed the letter over; it may have arrived."
    )


@write
def send_again(actor: Actor, letter: Letter) -> None:
    """Send a letter that failed or perhaps did not arrive. For who looks after the e-mail. Raises MailIsOff."""
    require(actor, MAIL)
    if post_of_the_house() is None:
        raise MailIsOff(_("E-mail is off: no mail server is described. See “E-mail” in docs/operate.md."))
    rows = Letter.objects.filter(pk=letter.pk, state__in=[State.FAILED, State.UNSURE])
    if rows.update(state=State.WAITING, attempts=0, try_at=timezone.now(), fault=""):
        audit(actor, "send_again", subject=letter.subject, before={"state": letter.state})
        ask_to_send()


@write
def send_trial(actor: User) -> Letter:
    """Send the actor a letter that tells nothing, to try the mail server. Raises MailIsOff."""
    require(actor, MAIL)
    if post_of_the_house() is None:
        raise MailIsOff(_("E-mail is off: no mail server is described. See “E-mail” in docs/operate.md."))
    letter = Letter.objects.create(to=actor, try_at=timezone.now())
    actor.notices.create(
        kind="house", words=_("This letter only tries the mail server. It arrived."), at=timezone.now(),
        read_at=timezone.now(), letter=letter, url=reverse("notice-mail"),
    )  # fmt: skip
    audit(actor, "try_mail", subject=letter.subject)
    ask_to_send()
    return letter


def message(letter: Letter, post: Post) -> EmailMultiAlternatives | None:
    """Write the letter as its reader may read it now; None where nothing is left to tell."""
    rows = list(letter.notices.order_by("-at", "-id")[: MOST_IN_A_LETTER + 1])
    shown = show(rows, letter.to)
    told = [each for each in (shown[row.pk] for row in rows[:MOST_IN_A_LETTER]) if not each.is_withheld]
    if not told or not letter.to.is_active:
        return None
    items = [Item(each.title, each.words, post.link(each.url or reverse("notices"))) for each in told]
    language = translation.get_language() or "en"
    about = {
        "items": items, "name": letter.to.name, "is_digest": letter.digest_on is not None, "language": language,
        "is_more": len(rows) > MOST_IN_A_LETTER, "all_url": post.link(reverse("notices")),
        "settings_url": post.link(reverse("notice-settings")),
    }  # fmt: skip
    with translation.override(language):
        written = EmailMultiAlternatives(
            _subject_line(items, is_digest=letter.digest_on is not None),
            render_to_string("common/notices/letter.txt", about),
            post.sender,
            [letter.to.email],
            headers={
                # The same on every try, so that a mailbox that knows it may drop a second copy.
                "Message-ID": f"<{letter.uid}@{parseaddr(post.sender)[1].rpartition('@')[2]}>",
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
        )
        written.attach_alternative(render_to_string("common/notices/letter.html", about), "text/html")
    return written


def _due() -> QuerySet[Letter]:
    return Letter.objects.filter(state=State.WAITING, try_at__lte=timezone.now()).order_by("try_at", "id")


def _send(pk: int, post: Post, connection: BaseEmailBackend) -> str:
    letter = Letter.objects.select_related("to").get(pk=pk)
    written = message(letter, post)
    if written is None:
        Letter.objects.filter(pk=pk, state=State.WAITING).update(state=State.NEEDLESS)
        return "needless"
    # Committed before the first byte: another worker leaves it alone, and a kill here is seen.
    if not Letter.objects.filter(pk=pk, state=State.WAITING).update(state=State.SENDING):
        return "needless"
    written.connection = connection
    try:
        written.send()
    except (OSError, SMTPException) as fault:
        permanent = isinstance(fault, SMTPRecipientsRefused) or (
            isinstance(fault, SMTPResponseException) and fault.smtp_code >= PERMANENT_FROM
        )
        _put_off(pk, _refusal(fault), permanent=permanent)
        return "failed"
    _sent(letter)
    return "sent"


@write
def _sent(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(state=State.SENT, sent_at=timezone.now(), fault="")
    audit(
        HOUSE, "send_letter", subject=letter.subject,
        after={"to": letter.to.subject, "notices": letter.notices.count(), "digest_on": letter.digest_on},
    )  # fmt: skip


@write
def _put_off(pk: int, why: str, *, permanent: bool) -> None:
    letter = Letter.objects.get(pk=pk)
    letter.attempts += 1
    is_over = permanent or letter.attempts > len(WAITS_MIN)
    letter.state = State.FAILED if is_over else State.WAITING
    letter.fault = why
    if not is_over:
        letter.try_at = timezone.now() + timedelta(minutes=WAITS_MIN[letter.attempts - 1])
    letter.save(update_fields=["attempts", "state", "fault", "try_at"])
    if is_over:
        audit(HOUSE, "fail_letter", subject=letter.subject, after={"attempts": letter.attempts, "why": why})


def _refusal(fault: Exception) -> str:
    if isinstance(fault, SMTPRecipientsRefused):
        code, said = next(iter(fault.recipients.values()))
        return f"The mail server refused the address, {code}: {said.decode('utf-8', 'replace')}"[:300]
    return in_words(fault)


def _subject_line(items: list[Item], *, is_digest: bool) -> str:
    if is_digest:
        n = len(items)
        line = ngettext("Alcaide: %(n)s thing to know today", "Alcaide: %(n)s things to know today", n) % {"n": n}
    else:
        line = " ".join(f"Alcaide: {items[0].words or items[0].title}".split())
    return line[:150]
