"""A purge that is killed, and a hold that another process places while it runs."""

import json
import signal
import time

import pytest

MAKE = """
import sys
from datetime import timedelta
from django.utils import timezone
from alcaide.common.models import Notice, User
ada = User.objects.create_user("ada@purging.example", "Ada Marsh")
ben = User.objects.create_user("ben@purging.example", "Ben Okoro")
uid = "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute(
        "INSERT INTO common_notice (uid, user_id, kind, subject, words, url, at, in_digest) "
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
        f"SELECT {uid}, CASE WHEN i %% 10 = 0 THEN %s ELSE %s END, 'due', '', 'old', '', %s, %s FROM n",
        [int(sys.argv[1]) - 1, ben.pk, ada.pk, timezone.now() - timedelta(days=400), False],
    )
"""
PURGE = """
from alcaide.common import purging
from alcaide.common.models import Notice
told = lambda looked: print(looked, flush=True)
done = purging.purge(System("test"), Notice.objects.filter(words="old"), rule="notices", why="A try", key="once",
                     progress=told)
# Not ru_maxrss, which begins at what the parent had; where there is no such file, the test of memory says 0.
from pathlib import Path
status = Path("/proc/self/status")
most_kb = status.read_text().partition("VmHWM:")[2].split()[0] if status.exists() else 0
print(done.gone, done.kept_rows, int(most_kb) // 1024)
"""
HOLD = """
import sys
from alcaide.common.holds import services
from alcaide.common.models import Hold, User
hold = Hold.objects.create(number=9, matter="Meridian", ground_text="A claim", notice="Keep all")
if sys.argv[1] == "ben":
    hold.custodians.create(user=User.objects.get(name="Ben Okoro"), person="x")
services.place(System("test"), hold)
"""
STANDS = """
import json
from alcaide.common import purging
from alcaide.common.models import Hold, Notice, PurgeChunk, PurgeRun
from alcaide.common.trail_check import check_trail
run, hold = PurgeRun.objects.get(), Hold.objects.get()
after = PurgeChunk.objects.filter(at__gt=hold.placed_at)
print(json.dumps({
    "left": Notice.objects.filter(words="old").count(),
    "of_ben": Notice.objects.filter(words="old", user__name="Ben Okoro").count(),
    "run": [run.before, run.gone, run.kept, run.in_use, run.others, run.after],
    "after_the_hold": [after.count(), sum(after.values_list("gone", flat=True))],
    "faults": purging.check_ledger().faults, "trail": check_trail().faults, "open": run.finished_at is None,
}))
"""
MAKE, PURGE, HOLD, STANDS = (
    "from django.db import connection, transaction\n" + each for each in (MAKE, PURGE, HOLD, STANDS)
)


@pytest.fixture
def house(foundation, tmp_path):
    with foundation.house(tmp_path / "house") as made:
        yield made


def _killed_after(child, lines: int) -> None:
    for _ in range(lines):
        assert child.stdout.readline(), child.stderr.read()
    time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.communicate()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "kills"), [(20_000, (1, 3)), pytest.param(1_000_000, (20, 150, 200), marks=pytest.mark.full)]
)
def test_a_purge_under_kills_ends_as_an_undisturbed_one(house, rows, kills):
    house.run(MAKE, str(rows))
    house.run(HOLD, "ben")
    for lines in kills:
        _killed_after(house.start(PURGE), lines)
    *_, last = house.run(PURGE).splitlines()
    gone, kept, most_mb = map(int, last.split())
    stands = json.loads(house.run(STANDS))
    assert (gone, kept) == (rows * 9 // 10, rows // 10)
    assert stands["run"] == [rows, gone, kept, 0, 0, kept]
    assert stands["left"] == stands["of_ben"] == kept
    assert (stands["faults"], stands["trail"], stands["open"]) == ([], [], False)
    # Memory does not grow with the rows.
    assert most_mb < 250, most_mb


@pytest.mark.slow
def test_a_hold_that_another_process_places_keeps_all_that_has_not_gone(house):
    house.run(MAKE, "30000")
    child = house.start(PURGE)
    assert child.stdout.readline(), child.stderr.read()
    house.run(HOLD, "all")
    told, faults = child.communicate(timeout=240)
    assert child.returncode == 0, faults
    gone, kept, _ = map(int, told.splitlines()[-1].split())
    stands = json.loads(house.run(STANDS))
    assert gone + kept == 30000
    assert stands["after_the_hold"][1] == 0
    assert stands["left"] == kept
    assert stands["faults"] == []
