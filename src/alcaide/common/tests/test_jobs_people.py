"""What people see of jobs and may do with them."""

import pytest
from django.http import HttpResponse
from django.urls import include, path

from alcaide.common import jobs
from alcaide.common.jobs import tracking
from alcaide.common.jobs.queries import job_subject
from alcaide.common.models import JobTrack, TrailLine
from alcaide.common.permissions import Refused
from alcaide.common.views_jobs import JOB_URLS

from .jobs_support import ask, fresh, make_user, own_jobs, roles, row, work  # noqa: F401  fixtures

urlpatterns = [
    path("", include(JOB_URLS)),
    path("", include("alcaide.project.urls")),
    # Addresses that the frame of every page needs and that rooms above bring.
    path("", HttpResponse, name="home"),
    path("search/", HttpResponse, name="search"),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def chief(roles, client):  # noqa: F811  the fixture imported above
    user = make_user(roles, "chief")
    client.force_login(user)
    return user


def failed_job(**more) -> JobTrack:
    jobs.job("test.fall")(lambda progress: 1 / 0)
    track = ask("test.fall", **more)
    work()
    return fresh(track)


def waiting_job(**more) -> JobTrack:
    jobs.job("test.wait")(lambda progress: None)
    return ask("test.wait", **more)


def test_a_waiting_job_is_stopped_at_once_and_the_trail_says_by_whom(chief):
    track = waiting_job()
    assert jobs.cancel(chief, track.result_id).state == "stopped"
    assert work() == 0
    line = TrailLine.objects.get()
    assert (line.verb, line.actor, line.subject) == ("cancel_job", chief.subject, f"common.job:{track.result_id}")


def test_a_running_job_is_asked_to_stop(chief):
    track = waiting_job()
    tracking.claim("me", jobs.QUEUES)
    assert jobs.cancel(chief, track.result_id).state == "running"
    assert fresh(track).cancel_asked_at


def test_stopping_a_finished_job_changes_and_records_nothing(chief):
    track = failed_job()
    assert jobs.cancel(chief, track.result_id).state == "failed"
    assert not TrailLine.objects.exists()


def test_a_failed_job_is_done_again_from_its_first_attempt(chief):
    track = failed_job()
    jobs.door._jobs.pop("test.fall")
    jobs.job("test.fall")(lambda progress: None)
    jobs.retry(chief, track.result_id)
    assert (row(track).worker_ids, row(track).traceback) == ([], "")
    assert work() == 1
    assert (fresh(track).state, fresh(track).attempts) == ("done", 1)
    assert TrailLine.objects.get().verb == "retry_job"


def test_a_failed_job_is_not_done_again_beside_the_same_work(chief):
    track = failed_job(key="same")
    ask("test.fall", key="same")
    with pytest.raises(jobs.NotRetryable, match="waiting or running already"):
        jobs.retry(chief, track.result_id)
    assert fresh(track).state == row(track).status.lower() == "failed"


def test_only_a_failed_or_stopped_job_is_done_again(chief):
    with pytest.raises(jobs.NotRetryable, match="Only a failed"):
        jobs.retry(chief, waiting_job().result_id)


@pytest.mark.parametrize("role", ["head", "executive", "auditor", "employee", None])
def test_others_may_neither_stop_nor_repeat(roles, role):  # noqa: F811  a fixture
    user = make_user(roles, role)
    track = waiting_job(asked_by=user)
    for act in (jobs.cancel, jobs.retry):
        with pytest.raises(Refused, match="stop or repeat a job"):
            act(user, track.result_id)
    assert fresh(track).state == "waiting"


def test_the_page_answers_in_its_heading(chief, client):
    failed_job(key="f")
    waiting_job(key="w", about="Price every risk")
    page = client.get("/jobs/").content.decode()
    assert "1 waits. 1 failed in the last 7 days." in page
    assert "Price every risk" in page
    assert "an error nobody foresaw" in page


def test_the_page_says_when_nobody_works(chief, client, monkeypatch):
    waiting_job()
    monkeypatch.setattr("alcaide.common.jobs.locks.workers_now", lambda: 0)
    assert "alcaide work" in client.get("/jobs/").content.decode()
    monkeypatch.setattr("alcaide.common.jobs.locks.workers_now", lambda: 1)
    assert "alcaide work" not in client.get("/jobs/").content.decode()


def test_the_empty_page_says_what_will_stand_there(chief, client):
    assert "Nothing here yet." in client.get("/jobs/").content.decode()


def test_the_list_goes_on_below_its_fiftieth_job(chief, client):
    jobs.job("test.many")(lambda progress: None)
    for n in range(53):
        ask("test.many", key=str(n), about=f"<n{n}>", asked_by=chief)
    work()
    first = client.get("/jobs/")
    older = client.get("/jobs/", {"before": first.context["older"]})
    assert (len(first.context["ended_jobs"]), len(older.context["ended_jobs"])) == (50, 3)
    assert "&lt;n52&gt;" in first.content.decode()


def test_a_state_narrows_the_list(chief, client):
    failed_job(key="f", about="the fallen")
    page = client.get("/jobs/", {"state": "done"})
    assert page.context["ended_jobs"] == []
    assert len(client.get("/jobs/", {"state": "failed"}).context["ended_jobs"]) == 1


def test_what_the_house_repeats_by_itself_stands_under_all(chief, client):
    jobs.job("test.nightly")(lambda progress: None)
    ask("test.nightly", about="The nightly sweep")
    work()
    assert "The nightly sweep" not in client.get("/jobs/").content.decode()
    assert "The nightly sweep" in client.get("/jobs/", {"state": "all"}).content.decode()


def test_the_list_takes_few_queries(chief, client, django_assert_max_num_queries):
    jobs.job("test.many")(lambda progress: None)
    for n in range(20):
        ask("test.many", key=str(n), asked_by=chief)
    # However many jobs there are: twelve for the page, one for the bell, the others for the counts in the side bar.
    with django_assert_max_num_queries(16):
        client.get("/jobs/")


def test_the_piece_asks_again_while_the_job_is_open_and_then_stops(chief, client):
    track = waiting_job()
    asking = client.get(f"/jobs/{track.result_id}/", headers={"HX-Request": "true"}).content.decode()
    work()
    ended = client.get(f"/jobs/{track.result_id}/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in asking
    assert "Refresh" in asking
    assert "hx-trigger" not in ended
    assert "<html" not in ended


def test_the_piece_stands_in_a_page_without_script(chief, client):
    page = client.get(f"/jobs/{waiting_job().result_id}/").content.decode()
    assert "<html" in page
    assert "<h1>a test: waiting</h1>" in page


def test_a_finished_job_leads_to_its_result_and_a_failed_one_does_not(chief, client):
    track = waiting_job(key="d", url="/imports/7/")
    work()
    assert 'href="/imports/7/"' in client.get(f"/jobs/{track.result_id}/").content.decode()
    fallen = failed_job(key="f", url="/imports/8/")
    assert 'href="/imports/8/"' not in client.get(f"/jobs/{fallen.result_id}/").content.decode()


def test_stopping_and_repeating_from_the_page(chief, client):
    track = waiting_job()
    page = client.post(f"/jobs/{track.result_id}/stop/", follow=True).content.decode()
    assert "Stopped before it began." in page
    page = client.post(f"/jobs/{track.result_id}/retry/", follow=True).content.decode()
    assert "Waiting to be done again." in page
    page = client.post(f"/jobs/{track.result_id}/retry/", follow=True).content.decode()
    assert "Only a failed or stopped job" in page


def test_stopping_by_a_link_is_refused(chief, client):
    track = waiting_job()
    assert client.get(f"/jobs/{track.result_id}/stop/").status_code == 405
    assert fresh(track).state == "waiting"


@pytest.mark.parametrize(
    ("role", "status"), [("chief", 200), ("analyst", 200), ("head", 403), ("auditor", 403), (None, 403)]
)
def test_the_page_is_for_those_who_hold_its_permission(roles, client, role, status):  # noqa: F811  a fixture
    client.force_login(make_user(roles, role))
    assert client.get("/jobs/").status_code == status


def test_a_person_sees_their_own_job_and_nobody_elses(roles, client):  # noqa: F811  a fixture
    user = make_user(roles, "head")
    client.force_login(user)
    own, other = waiting_job(key="own", asked_by=user), waiting_job(key="other")
    assert client.get(f"/jobs/{own.result_id}/").status_code == 200
    assert client.get(f"/jobs/{other.result_id}/").status_code == 404
    assert client.post(f"/jobs/{own.result_id}/stop/").status_code == 403


def test_the_trail_can_name_a_job(chief):
    track = waiting_job(about="Price every risk")
    assert job_subject(str(track.result_id), chief).title == "Price every risk"
    assert job_subject("nonsense", chief) is None


@pytest.mark.parametrize(("page", "refreshed"), [("/reports/1/", True), ("/jobs/", False)])
def test_the_page_that_waited_for_a_result_shows_it_when_the_job_ends(chief, client, page, refreshed):
    track = failed_job(url="/reports/1/")
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = client.get(f"/jobs/{track.result_id}/", headers=headers)
    assert (answer.headers.get("HX-Refresh") == "true") is refreshed
