"""Clockwork of notices: each queued message is handed to its channel by the worker."""

from uuid import UUID

from procrastinate.contrib.django import app

from vetgrid.core.scope import acting, system_actor
from vetgrid.notices import actions


@app.task(retry=3)
def send_notice(notice_id: str) -> None:
    with acting(system_actor("消息发送")):
        actions.attempt(UUID(notice_id))
