"""Who gets behind a wall, what stays there, and how a copy crosses it."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from alcaide.common import guards, history, search
from alcaide.common.holds.queries import held_rows
from alcaide.common.models import (
    BreakGlass,
    DisclosedCopy,
    Letter,
    Matter,
    MatterFile,
    MatterLink,
    MatterMember,
    MatterNote,
    MovedAcross,
    Notice,
    OrdinaryManager,
    Record,
    StoredFile,
    TrailLine,
    TrailValue,
    Wallable,
)
from alcaide.common.models.walls import WallSet
from alcaide.common.permissions import Refused, VisibleSet
from alcaide.common.purging.tests.factories import make_hold
from alcaide.common.registries import everything_due, subject_of
from alcaide.common.retention.declared import rule_of
from alcaide.common.trail import WALLED, System, audit, writing
from alcaide.common.walls import NoSuchMatter, matters, queries, services, within
from alcaide.common.walls.disclosing import disclose, take_in
from alcaide.common.walls.exporting import export
from alcaide.organization.tests.factories import make_organization, make_unit, make_user
from matters import WORDS, make_full_matter, make_matter

pytestmark = pytest.mark.django_db


@pytest.fixture
def counsel():
    make_organization()
    return make_user("counsel")


def fact(counsel, matter, text="It rained."):
    return services.write_note(counsel, matter, kind="fact", text=text)


def test_a_matter_is_there_for_who_is_named_on_it_and_for_nobody_else(counsel):
    matter = make_matter(counsel)
    others = [make_user(role) for role in ("chief", "administrator", "auditor", "counsel")]
    assert list(matters(counsel)) == [matter]
    for other in (*others, System("jobs"), None):
        assert not matters(other).exists()
        with pytest.raises(NoSuchMatter):
            within(matter, other)
    assert not Matter.objects.exists()


def test_what_is_behind_a_wall_is_met_by_no_manager_and_no_reverse_join(counsel):
    matter = make_full_matter(counsel)
    assert within(matter, counsel).rows(MatterNote).count() == 3
    for model in (MatterNote, MatterFile, MatterMember):
        assert not model.objects.exists()
        assert not model._default_manager.exists()
    named = {each.get_accessor_name() for each in Matter._meta.related_objects}
    assert not named


def test_only_counsel_opens_a_matter(counsel):
    for role in ("chief", "administrator", "analyst"):
        with pytest.raises(Refused):
            make_matter(make_user(role))


def test_who_is_let_in_reads_and_who_is_let_out_no_longer_does(counsel):
    matter, chief = make_matter(counsel), make_user("chief")
    services.let_in(counsel, matter, user=chief)
    assert within(matter, chief).is_counsel is False
    with pytest.raises(Refused):
        services.let_in(chief, matter, user=make_user("chief"))
    services.let_out(counsel, matter, user=chief)
    with pytest.raises(NoSuchMatter):
        within(matter, chief)


def test_the_last_counsel_of_a_matter_stays(counsel):
    matter = make_matter(counsel)
    with pytest.raises(services.WrongStep):
        services.let_out(counsel, matter, user=counsel)
    with pytest.raises(services.WrongStep):
        services.let_in(counsel, matter, user=make_user("chief"), is_counsel=True)


def test_advice_is_written_by_counsel_of_the_matter_alone(counsel):
    matter, analyst = make_matter(counsel), make_user("analyst")
    services.let_in(counsel, matter, user=analyst)
    with pytest.raises(Refused):
        services.write_note(analyst, matter, kind="advice", text="Settle.")
    assert services.write_note(analyst, matter, kind="fact", text="It rained.").kind == "fact"


def test_a_record_never_changes_its_side_of_the_wall(counsel):
    note, other = fact(counsel, make_matter(counsel)), make_matter(counsel)
    read = MatterNote._base_manager.get(pk=note.pk)
    read.matter = other
    with pytest.raises(MovedAcross):
        read.save()
    with pytest.raises(MovedAcross):
        MatterNote.objects.update(matter=other)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        MatterNote._base_manager.filter(pk=note.pk).update(matter=other)


def test_the_trail_says_only_that_something_was_done_behind_a_wall(counsel):
    first = TrailLine.objects.count()
    matter = make_full_matter(counsel)
    lines = TrailLine.objects.filter(seq__gt=first).exclude(subject__startswith="common.file:")
    assert {(line.verb, line.subject) for line in lines} == {("work_behind_a_wall", f"{WALLED}:{matter.uid}")}
    assert {key for line in lines for key in json.loads(line.after)} == {"walled"}
    for reader in (make_user("auditor"), make_user("chief"), counsel):
        told = history.opened(lines[0], reader)
        assert told.is_withheld
        assert not told.fields
    assert {"open matter", "write advice"} <= {line.words for line in within(matter, counsel).history()}


def test_a_file_is_sealed_so_that_the_same_file_outside_does_not_meet_it(counsel):
    matter = make_matter(counsel)
    kept = services.add_file(counsel, matter, stream=io.BytesIO(b"the letter"), name=f"{WORDS}.txt")
    stored = StoredFile.objects.get(pk=kept.file_id)
    assert stored.sha256 != kept.sha256
    assert stored.name == "sealed"
    assert services.read_file(counsel, kept) == b"the letter"
    with pytest.raises(NoSuchMatter):
        services.read_file(make_user("chief"), kept)


def test_members_are_told_in_words_that_say_nothing(counsel):
    chief = make_user("chief")
    make_full_matter(counsel, chief)
    notice = Notice.objects.get(user=chief)
    assert (notice.words, notice.in_digest, notice.subject) == ("A matter has news.", False, "")
    assert not Letter.objects.exists()
    assert [each.title for each in everything_due(chief) if each.icon == "lock"] == ["A task in a matter waits for you"]


def test_the_search_and_the_names_of_subjects_do_not_know_a_matter(counsel):
    matter = make_full_matter(counsel)
    assert not search.find(counsel, WORDS)
    for subject in (matter.subject, f"{WALLED}:{matter.uid}"):
        assert subject_of(subject, counsel) is None


def test_a_hold_keeps_what_is_behind_a_wall_but_neither_counts_nor_hands_it_out(counsel):
    matter = make_full_matter(counsel)
    hold = make_hold()
    draft = within(matter, counsel).notes("draft").get()
    with pytest.raises(Refused, match=f"hold {hold.number}"):
        services.drop_draft(counsel, draft)
    handed = {model: rows for model, rows in held_rows(hold) if rows.exists()}
    assert not {MatterNote, Matter, MatterMember} & set(handed)
    assert not handed[TrailValue].filter(value__contains=WORDS).exists()


def test_drafts_go_by_rule_and_what_was_kept_stays(counsel):
    matter = make_full_matter(counsel)
    later = timezone.now() + timedelta(days=1)
    rows = rule_of("matter_drafts").rows(later)
    assert [each.kind for each in rows] == ["draft"]
    services.keep_draft(counsel, rows[0], kind="advice")
    assert not rule_of("matter_drafts").rows(later).exists()
    assert within(matter, counsel).notes("advice").count() == 2


def test_counsel_discloses_a_copy_of_facts_and_says_what_was_left_out(counsel):
    matter = make_full_matter(counsel)
    inside = within(matter, counsel)
    given = {"title": "Weather", "to_whom": "The insurer", "left_out": "Names", "why": f"{WORDS} agreed"}
    with pytest.raises(ValidationError):
        disclose(counsel, matter, notes=list(inside.notes("advice")), **given)
    own = fact(counsel, matter)
    copy = disclose(counsel, matter, notes=[own], **given)
    assert (copy.text, copy.left_out) == ("It rained.", "Names")
    assert within(matter, counsel).disclosures.get().notes == [str(own.uid)]
    outside = TrailValue.objects.filter(line__subject=copy.subject).values_list("value", flat=True)
    assert not [value for value in outside if WORDS in value]
    assert DisclosedCopy.objects.get() == copy


def test_an_ordinary_record_taken_in_is_a_copy_and_shows_nothing_of_it(counsel):
    matter, unit = make_matter(counsel), make_unit("Murcia")
    chief = make_user("chief")
    services.let_in(counsel, matter, user=chief)
    lines = TrailLine.objects.filter(subject=unit.subject).count()
    note = take_in(chief, matter, about=unit.subject, why="It happened there")
    assert "Murcia" in note.text
    assert within(matter, chief).links.get().about == unit.subject
    assert TrailLine.objects.filter(subject=unit.subject).count() == lines
    assert MatterLink._base_manager.count() == 1


def test_an_export_is_marked_logged_and_holds_advice_only_where_asked(counsel):
    matter = make_full_matter(counsel)
    plain = export(counsel, matter, to_whom="The court", with_advice=False)
    full = export(counsel, matter, to_whom="Outside counsel", with_advice=True)
    names = [set(zipfile.ZipFile(io.BytesIO(each.content)).namelist()) for each in (plain, full)]
    assert names[1] - names[0] == {"advice-privileged.csv"}
    told = zipfile.ZipFile(io.BytesIO(full.content)).read("fact-privileged.csv").decode()
    assert told.startswith("PRIVILEGED AND CONFIDENTIAL")
    assert [each.to_whom for each in within(matter, counsel).exports] == ["Outside counsel", "The court"]


def test_a_closed_matter_is_read_and_takes_nothing_more(counsel):
    matter = make_matter(counsel)
    services.close(counsel, matter)
    with pytest.raises(services.WrongStep):
        fact(counsel, matter)
    services.reopen(counsel, matter)
    assert fact(counsel, matter)


def test_emergency_access_opens_a_wall_for_its_hours_and_counsel_is_told(counsel):
    matter, chief = make_matter(counsel), make_user("chief")
    with pytest.raises(Refused):
        services.open_in_emergency(chief, number=matter.number, why="The regulator is at the door")
    now = timezone.now()
    row = BreakGlass.objects.create(
        made_at=now, made_by="system:test", hours=4, user=chief, used_at=now, until=now + timedelta(hours=4)
    )
    services.open_in_emergency(chief, number=matter.number, why="The regulator is at the door")
    assert within(matter, chief).is_counsel is False
    assert Notice.objects.filter(user=counsel, kind="matter_emergency").exists()
    BreakGlass.objects.filter(pk=row.pk).update(until=now)
    MatterMember._base_manager.filter(user=chief).update(until=timezone.now())
    with pytest.raises(NoSuchMatter):
        within(matter, chief)


class CaseSet(WallSet, VisibleSet):
    """Rows of a later room: seen in units, and some of them behind walls."""


class Case(Record, Wallable):
    """A record of a later room."""

    SUBJECT, SEE, UNIT_PATH = "walltrial.case", "assets.see", "unit_id"
    title = models.CharField(max_length=40)
    unit = models.ForeignKey("organization.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    objects = OrdinaryManager.from_queryset(CaseSet)()

    class Meta:
        app_label = "walltrial"

    def __str__(self) -> str:
        return str(self.pk)


@pytest.fixture
def cases(db, monkeypatch):
    """Lay the later room's table, and let the walls know its kind."""
    columns = [
        f'"{field.column}" {field.db_type(connection)}'
        + (f" PRIMARY KEY {field.db_type_suffix(connection) or ''}" if field.primary_key else "")
        for field in Case._meta.concrete_fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE walltrial_case ({', '.join(columns)})")
        for statement in guards.stay_statements(connection, "walltrial_case", "matter_id"):
            cursor.execute(statement)
    monkeypatch.setattr(queries, "_walled_kinds", lambda: {"walltrial.case": Case})


def test_a_later_rooms_rows_are_ordinary_or_walled_and_jobs_meet_the_ordinary_ones(counsel, cases):
    matter, unit = make_matter(counsel), make_unit("Murcia")
    ordinary = Case.objects.create(title="A", unit=unit)
    inside = within(matter, counsel)
    walled = inside.make(Case, title="B", unit=unit)
    assert list(Case.objects.visible_to(System("jobs"))) == list(Case.objects.all()) == [ordinary]
    assert list(inside.rows(Case)) == [walled]
    assert [hidden.count.shown for hidden in Case.objects.hidden_from(make_user("guard"))] == [1]
    with pytest.raises(TypeError):
        inside.rows(TrailLine)


def test_a_later_rooms_row_stays_where_it_was_born(counsel, cases):
    matter = make_matter(counsel)
    ordinary, walled = Case.objects.create(title="A"), within(matter, counsel).make(Case, title="B")
    ordinary.matter, walled.matter = matter, None
    for row in (ordinary, walled):
        with pytest.raises(MovedAcross):
            row.save()
        with pytest.raises(DatabaseError), transaction.atomic():
            Case._base_manager.filter(pk=row.pk).update(matter_id=row.matter_id)
    Case.objects.filter(pk=ordinary.pk).update(title="C")
    assert Case.objects.get().title == "C"


def test_a_later_rooms_audit_goes_behind_the_wall_by_itself(counsel, cases):
    matter = make_matter(counsel)
    ordinary, walled = Case.objects.create(title="A"), within(matter, counsel).make(Case, title="B")
    with writing():
        for row in (ordinary, walled):
            audit(counsel, "open_case", subject=row.subject, after={"title": row.title})
    first, second = TrailLine.objects.order_by("-seq")[:2][::-1]
    assert (first.verb, first.subject) == ("open_case", ordinary.subject)
    assert (second.verb, second.subject) == ("work_behind_a_wall", f"{WALLED}:{matter.uid}")
    assert set(json.loads(second.after)) == {"walled"}
