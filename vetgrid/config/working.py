"""The background worker: runs jobs as the job role, and takes up again what a killed worker left behind."""

import asyncio
import logging
from datetime import UTC, datetime

from procrastinate.contrib.django import app
from procrastinate.jobs import Job

_STALLED_AFTER = 10
"""Seconds without a heartbeat after which a job counts as left behind."""
_log = logging.getLogger("vetgrid.worker")


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="rescue_stalled", pass_context=False)
async def rescue_stalled(timestamp: int) -> None:
    """Puts jobs of dead workers back into the queue; every task of ours may run twice without harm."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER):
        await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
        _log.info("job %s taken up again", job.id)


def run_worker() -> None:
    """Runs until SIGTERM."""
    asyncio.run(_run())


async def _run() -> None:
    live = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]  # Django's connector has it
    async with live.open_async():
        await _rescue(live)
        await live.run_worker_async(
            concurrency=2,
            wait=True,
            install_signal_handlers=True,
            fetch_job_polling_interval=2.0,
            update_heartbeat_interval=3,
            stalled_worker_timeout=15,
            delete_jobs="successful",
        )


async def _rescue(live: object) -> None:
    stalled: list[Job] = list(await live.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER))  # type: ignore[attr-defined]
    for job in stalled:
        await live.job_manager.retry_job(job, retry_at=datetime.now(UTC))  # type: ignore[attr-defined]
