"""What has served its purpose goes at night, and nothing else does."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests import builders as make
from tests import phone
from vetgrid.accounts import tasks as accounts
from vetgrid.accounts.models import Session
from vetgrid.citizens import tasks
from vetgrid.citizens.models import Attempt, CitizenSession, SmsCode
from vetgrid.core.clock import today
from vetgrid.core.models import Answer
from vetgrid.core.retention import kept_for
from vetgrid.core.scope import acting
from vetgrid.files import store
from vetgrid.files import tasks as files
from vetgrid.files.models import StoredFile

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _county(own_database):
    make.county()


def kept(key: str) -> timedelta:
    return kept_for(key, on=today())


def test_expired_codes_old_attempts_and_answers_go_and_young_ones_stay():
    moment = timezone.now()
    with acting(make.system()):
        for age in (kept("sms_code") + HOUR, kept("sms_code") - HOUR):
            SmsCode.objects.create(
                division=make.COUNTY, phone_index=b"x", code_hash=b"y", sent_at=moment, expires_at=moment - age
            )
        for age in (kept("attempt") + HOUR, kept("attempt") - HOUR):
            Attempt.objects.create(division=make.COUNTY, kind="wrong_phone", key=b"x", at=moment - age)
        for at, age in enumerate((HOUR, -HOUR)):
            Answer.objects.create(
                division=0, owner=make.system().id, key=str(at), request_digest="", http_code=200, content="{}",
                made_at=moment, expires_at=moment - age,
            )  # fmt: skip
    tasks.forget_used(0)
    with acting(make.system()):
        assert (SmsCode.objects.count(), Attempt.objects.count()) == (1, 1)
        assert Answer.objects.get().expires_at > moment


def test_no_attempt_goes_while_a_limit_still_looks_at_it():
    assert kept("attempt") >= DAY, "the limits of binding look back one day"


def test_a_session_that_nobody_can_open_any_more_ends_and_goes_after_its_time():
    who, moment = phone.account(), timezone.now()
    for last_seen in (moment, moment - timedelta(days=31)):
        phone.signed_in(who)
        with acting(make.system()):
            CitizenSession.objects.filter(last_seen_at__gt=moment).update(last_seen_at=last_seen)
    tasks.forget_used(0)
    with acting(make.system()):
        ended = CitizenSession.objects.get(end_reason="idle")
        assert CitizenSession.objects.filter(ended_at=None).count() == 1
        ended.ended_at = moment - kept("citizen_session") - DAY
        ended.save()
    tasks.forget_used(0)
    with acting(make.system()):
        assert CitizenSession.objects.get().ended_at is None


def test_a_clerks_session_goes_after_its_time():
    moment = timezone.now()
    user = make.user("lin", ("village_clerk", make.VILLAGE_A1))
    with acting(make.system()):
        for at, ended in enumerate((None, moment - DAY, moment - kept("staff_session") - DAY)):
            Session.objects.create(
                user=user, division=user.division, token_hash=bytes([at]), started_at=ended or moment,
                last_seen_at=moment, ended_at=ended, address="", agent="",
            )  # fmt: skip
    accounts.forget_staff_sessions(0)
    with acting(make.system()):
        assert Session.objects.count() == 2


def test_an_upload_that_nothing_refers_to_loses_its_bytes_and_a_used_one_keeps_them(settings, tmp_path):
    settings.FILES_DIR = tmp_path
    by = make.system()
    long_ago: date = today() - kept("upload") - DAY
    with acting(by):
        options = {"name": "upload.jpg", "media_type": "image/jpeg", "division": make.COUNTY, "by": by}
        unused, used, young = (
            store.keep(b"bytes", kind=store.UPLOAD, today=day, **options) for day in (long_ago, long_ago, today())
        )
        store.claim([used.id], kind="proof", division=make.COUNTY, by=by)
    files.remove_files(0)
    with acting(by):
        assert StoredFile.objects.get(pk=unused.pk).removed_at is not None
        assert store.content(used.id)[1] == store.content(young.id)[1] == b"bytes"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_every_retention_says_for_how_long_since_when_and_why():
    for key in ("sms_code", "attempt", "answer", "upload", "citizen_session", "staff_session"):
        assert kept(key) > timedelta()
    with pytest.raises(LookupError):
        kept_for("upload", on=date(2022, 12, 31))
