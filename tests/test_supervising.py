"""What is killed comes back: at once when it had lived, after a growing pause when it dies again and again; its jobs too."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

from django.db import OperationalError, connection
from procrastinate.contrib.django import app

from vetgrid.config import embedded, supervising, working
from vetgrid.config.postgres_programs import EmbeddedDatabaseError


def dies(child, clock, *, after: float) -> float:
    """The child is started, lives so long and dies; returns the pause before the next start."""
    clock.now = max(clock.now, child.next_start)
    child.keep()
    assert child.process is not None
    child.process.wait(20)
    clock.now += after
    child.keep()
    assert child.process is None
    return round(child.next_start - clock.now, 3)


def test_the_pause_grows_while_a_child_dies_young_and_is_short_again_after_it_had_lived(monkeypatch, capsys):
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(supervising, "time", SimpleNamespace(monotonic=lambda: clock.now))
    child = supervising.Supervised("试验", [sys.executable, "-c", ""], {})
    pauses = [dies(child, clock, after=1.0) for _ in range(8)]
    assert pauses == sorted(pauses) and pauses[0] < 1 and pauses[-1] == 10.0
    assert dies(child, clock, after=3_600.0) == pauses[0], "years later an old bad hour counts no more"
    assert capsys.readouterr().err.count("试验 已退出(代码 0)") == 9


def test_a_database_that_does_not_start_is_said_and_tried_again(monkeypatch, capsys):
    answers = iter([EmbeddedDatabaseError("数据库没有启动。"), None])

    def start(own):
        if (answer := next(answers)) is not None:
            raise answer

    monkeypatch.setattr(embedded, "is_running", lambda own: False)
    monkeypatch.setattr(embedded, "start", start)
    own = embedded.Cluster(Path("家"), Path("家"), Path("家"))
    assert [supervising._keeps_running(own), supervising._keeps_running(own)] == [False, True]
    assert "数据库没有启动。\n5秒后再试。" in capsys.readouterr().err


def test_a_dead_workers_job_waits_again_and_one_whose_like_waits_already_is_let_go(own_database):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute'), (now()) RETURNING id"
        )
        dead, live = (row[0] for row in cursor.fetchall())
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id, args) VALUES"
            " ('default', 'sweep', 'sweep', 'doing', %s, '{}'), ('default', 'sweep', 'sweep', 'todo', NULL, '{}'),"
            " ('default', 'import', NULL, 'doing', %s, '{}'), ('default', 'export', NULL, 'doing', %s, '{}')",
            [dead, dead, live],
        )
    with ThreadPoolExecutor(1) as apart:  # browser tests of the same process keep a loop of their own in this thread
        apart.submit(asyncio.run, working.take_up(app.job_manager)).result()
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, status, attempts FROM procrastinate_jobs ORDER BY id")
        assert cursor.fetchall() == [("sweep", "todo", 0), ("import", "todo", 1), ("export", "doing", 0)]


def test_every_job_that_somebody_waits_for_comes_again_when_its_database_went_away():
    waited_for = [task for name, task in app.tasks.items() if name.startswith("vetgrid.") and not task.queueing_lock]
    assert len(waited_for) >= 9
    for task in waited_for:
        assert task.retry_strategy is not None, task.name
        lost = OperationalError("the connection is closed")
        decision = task.retry_strategy.get_retry_decision(exception=lost, job=SimpleNamespace(attempts=1))
        assert decision is not None, task.name
