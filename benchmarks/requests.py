"""Requests a second of the person list, signed in, scoped and audited, against a bare view that runs the same SQL and page."""

import statistics
import time
from datetime import date

from benchmarks.measuring import start

TODAY = date(2023, 12, 28)


def main() -> None:
    start("app")
    from django.http import HttpResponse
    from django.test import Client, RequestFactory

    from tests import builders as make
    from vetgrid.accounts.models import User
    from vetgrid.accounts.sessions import open_session
    from vetgrid.core.actor import Origin
    from vetgrid.core.scope import acting
    from vetgrid.registry.views.people import people

    with acting(make.system()):
        user = User.objects.get(username="town_head")
    client = Client(SERVER_NAME="localhost")
    token = make.sign_in(client, user)
    session = open_session(token, origin=Origin())
    factory = RequestFactory(SERVER_NAME="localhost")

    def ours() -> None:
        response = client.get("/people")
        assert response.status_code == 200

    def bare() -> HttpResponse:
        """The view's own SQL and template, without middleware, session, guard, transaction scope or trail."""
        request = factory.get("/people")
        request.session_open, request.actor, request.request_id = session, session.actor, "x"
        return people(request)

    ours()
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(60):
        found["ours"] += timed(ours)
        with acting(session.actor):
            found["bare"] += timed(bare)
    ratio = statistics.median(found["bare"]) / statistics.median(found["ours"])
    print("\n## Requests a second of the person list against a bare Django view with the same SQL and page\n")
    print(f"| share of the bare view's speed (aim ≥ 0.70) |\n|---|\n| {ratio:.2f} |")


def timed(task) -> list[float]:
    began = time.perf_counter()
    task()
    return [time.perf_counter() - began]


if __name__ == "__main__":
    main()
