"""The background worker: runs jobs as the job role, and takes up again what a killed worker left behind."""

import asyncio
import logging
from datetime import UTC, datetime

from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

_STALLED_AFTER = 10
"""Seconds without a heartbeat after which a job counts as left behind."""
_log = logging.getLogger("vetgrid.worker")


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="rescue_stalled", pass_context=False)
async def rescue_stalled(timestamp: int) -> None:
    """Puts jobs of dead workers back into the queue; every task of ours may run twice without harm."""
    await take_up(app.job_manager)


async def take_up(jobs: JobManager) -> None:
    """Each job whose worker gives no sign of life waits again; where one of its kind waits already, that one does its work."""
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER):
        try:
            await jobs.retry_job(job, retry_at=datetime.now(UTC))
        except UniqueViolation:
            await jobs.finish_job(job, Status.ABORTED, delete_job=True)
        _log.info("job %s taken up again", job.id)


def run_worker() -> None:
    """Runs until SIGTERM."""
    asyncio.run(_run())


async def _run() -> None:
    live = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]  # Django's connector has it
    async with live.open_async():
        await take_up(live.job_manager)
        await live.run_worker_async(
            concurrency=2,
            wait=True,
            install_signal_handlers=True,
            fetch_job_polling_interval=2.0,
            update_heartbeat_interval=3,
            stalled_worker_timeout=15,
            delete_jobs="successful",
        )
