"""What is typed behind walls, and how it is checked before a service sees it."""

from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from alcaide.common.forms import RowForm, UploadField
from alcaide.common.models import Matter, MatterNote, User

from .queries import Within
from .services import CAP_BYTES

WORDS = {"rows": 3}
DAY = {"type": "date"}


class MatterForm(RowForm):
    """A matter as counsel opens it."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("Only who is named on the matter reads it."))
    ground = forms.ChoiceField(label=_("Ground of privilege"), choices=Matter.Ground.choices)
    ground_text = forms.CharField(
        label=_("The ground in words"), max_length=600, widget=forms.Textarea(attrs=WORDS),
        help_text=_("Who asks for advice, on what, and since when litigation is expected."),
    )  # fmt: skip
    apart_text = forms.CharField(
        label=_("What sets this apart from routine work"), max_length=600, widget=forms.Textarea(attrs=WORDS),
        help_text=_("Courts protect what would not have been made in the same form without counsel. Say who instructs "
                    "and pays, how its scope differs, and who alone receives it."),
    )  # fmt: skip


class NoteForm(RowForm):
    """A note."""

    text = forms.CharField(label=_("Words"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}))
    source = forms.CharField(label=_("Where it comes from"), max_length=300, required=False,
                             help_text=_("A document, a person, a date. Facts stand better with one."))  # fmt: skip


class KeepForm(RowForm):
    """What a draft is kept as."""

    kind = forms.ChoiceField(label=_("Keep as"), choices=[])

    def __init__(self, typed: Any = None, *, inside: Within, **more: Any) -> None:
        super().__init__(typed, **more)
        kinds = [MatterNote.Kind.FACT, *([MatterNote.Kind.ADVICE] if inside.is_counsel else [])]
        offered: Any = self.fields["kind"]
        offered.choices = [(each.value, each.label) for each in kinds]


class FileForm(RowForm):
    """A file."""

    file = UploadField(label=_("File"), cap_bytes=CAP_BYTES)

    def __init__(self, typed: Any = None, sent: Any = None) -> None:
        super().__init__(typed)
        self.files = MultiValueDict() if sent is None else sent


class TaskForm(RowForm):
    """Something to do."""

    text = forms.CharField(label=_("What"), max_length=300)
    owner = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    due_on = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs=DAY))

    def __init__(self, typed: Any = None, *, inside: Within) -> None:
        super().__init__(typed)
        offered: Any = self.fields["owner"]
        offered.queryset = User.objects.filter(pk__in=inside.inside_now.values("user"))
        offered.label_from_instance = lambda user: user.name


class RecordForm(RowForm):
    """An ordinary record that a matter looks at or copies."""

    about = forms.CharField(label=_("Record"), max_length=120,
                            help_text=_("Its identifier, as the trail names it, such as assets.asset:…"))  # fmt: skip
    why = forms.CharField(label=_("Why"), max_length=300, required=False)
    copy = forms.BooleanField(
        label=_("Copy it in as a fact, as it stands now"), required=False,
        help_text=_("The record itself stays where it is, and shows nothing of this."),
    )  # fmt: skip


class MemberForm(RowForm):
    """A person who is let in."""

    user = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    is_counsel = forms.BooleanField(label=_("As counsel: lets people in, discloses, closes"), required=False)

    def __init__(self, typed: Any = None, *, inside: Within) -> None:
        super().__init__(typed)
        offered: Any = self.fields["user"]
        offered.queryset = (
            User.objects.filter(is_active=True).exclude(pk__in=inside.inside_now.values("user")).order_by("name")
        )
        offered.label_from_instance = lambda user: f"{user.name} ({user.email})"


class ExportForm(RowForm):
    """For whom something is handed out."""

    to_whom = forms.CharField(label=_("For whom"), max_length=200)
    with_advice = forms.BooleanField(label=_("With counsel’s advice"), required=False,
                                     help_text=_("Left out unless you say so. Drafts are never in it."))  # fmt: skip


class DisclosureForm(RowForm):
    """A decision to let facts out."""

    notes = forms.ModelMultipleChoiceField(
        label=_("Facts"), queryset=MatterNote.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    title = forms.CharField(label=_("Title outside"), max_length=200,
                            help_text=_("Everybody who sees disclosures reads this."))  # fmt: skip
    to_whom = forms.CharField(label=_("For whom"), max_length=200)
    left_out = forms.CharField(label=_("What was left out"), max_length=600, widget=forms.Textarea(attrs=WORDS),
                               help_text=_("Read outside: say it without saying what it is."))  # fmt: skip
    why = forms.CharField(label=_("Why it is disclosed"), max_length=600, widget=forms.Textarea(attrs=WORDS),
                          help_text=_("Stays inside."))  # fmt: skip

    def __init__(self, typed: Any = None, *, inside: Within) -> None:
        super().__init__(typed)
        offered: Any = self.fields["notes"]
        offered.queryset = inside.notes(MatterNote.Kind.FACT)
        offered.label_from_instance = lambda note: note.text[:120]


class EmergencyForm(RowForm):
    """Which wall emergency access opens, and why."""

    number = forms.IntegerField(label=_("Number of the matter"), min_value=1)
    why = forms.CharField(label=_("Why this cannot wait for counsel"), max_length=400,
                          widget=forms.Textarea(attrs=WORDS))  # fmt: skip
