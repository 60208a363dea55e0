"""The mini-program on a county's worst day: the ten busiest citizen endpoints under a steady load, beside a bare endpoint with the same SQL.

60,000 people in an hour are 16.7 a second; each opens about four screens. First every endpoint's SQL is recorded once; the bare endpoint is the
smallest WSGI program that opens a pooled connection and runs those very statements in one transaction; what we have planned once by a connection,
it has planned once too. Then both are driven with growing numbers of
callers until no more requests a second come out (saturation), and ours again at 70 % of that rate with evenly spaced arrivals.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.client import HTTPConnection
from pathlib import Path

from tests.running import Running, free_port

HOME = Path(__file__).parents[1] / ".vetgrid" / "bench-citizens"
PATHS = (
    "/citizen/me",
    "/citizen/file",
    "/citizen/matters",
    "/citizen/contact",
    "/citizen/notices",
    "/citizen/benefits",
    "/citizen/campaigns",
    "/citizen/policies?q=%E8%A1%A5%E5%8A%A9",
    "/citizen/stations",
    "/citizen/vacancies",
)
BARE = """
import json, os, psycopg_pool
pool = psycopg_pool.ConnectionPool(os.environ["BARE_CONNINFO"], min_size=4, max_size=4, open=True)
statements = json.load(open(os.environ["BARE_STATEMENTS"]))
def app(environ, start):
    with pool.connection() as connection:
        for text, is_planned in statements[environ["PATH_INFO"]]:
            cursor = connection.execute(text.encode(), prepare=is_planned)
            while True:
                rows = cursor.fetchall() if cursor.description else None
                if not cursor.nextset():
                    break
    start("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]
"""


def token_of(running: Running) -> str:
    with urllib.request.urlopen(f"{running.url}/api/v1/citizen/privacy", timeout=20) as response:
        version = json.load(response)["version"]
    request = urllib.request.Request(
        f"{running.url}/api/v1/citizen/sign-in/wechat",
        json.dumps({"code": "demo-veteran", "privacy_version": version}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as response:
        return str(json.load(response)["token"])


def drive(
    port: int, paths: list[str], headers: dict[str, str], *, seconds: float, callers: int, rate: float = 0.0
) -> list[float]:
    """Latencies in milliseconds. With `rate` the calls arrive evenly spaced and waiting counts; without, each caller calls at once again."""
    taken: list[float] = []
    lock = threading.Lock()
    start = time.monotonic()
    count = iter(range(10**9))

    def caller(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                at = next(count)
            due = start + at / rate if rate else time.monotonic()
            if due - start > seconds or time.monotonic() - start > seconds:
                return
            if (pause := due - time.monotonic()) > 0:
                time.sleep(pause)
            connection.request("GET", paths[at % len(paths)], headers=headers)
            response = connection.getresponse()
            body = response.read()
            assert response.status == 200, (paths[at % len(paths)], response.status, body[:200])
            taken.append((time.monotonic() - due) * 1000)

    threads = [threading.Thread(target=caller, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def saturation(port: int, paths: list[str], headers: dict[str, str], seconds: float) -> float:
    """The most requests a second that come out, whatever the number of callers."""
    return max(len(drive(port, paths, headers, seconds=seconds, callers=callers)) / seconds for callers in (2, 4, 8))


def recorded(token: str, home: Path) -> dict[str, list[tuple[str, bool]]]:
    """Every statement of each endpoint with its values filled in, as the database gets it, in a process of its own."""
    program = (
        "import json, sys, django; django.setup()\n"
        "from django.test import Client\n"
        "from django.db import connection\n"
        "import vetgrid.core.scope as scope\n"
        "texts = []\n"
        "run = scope._run\n"
        "scope._run = lambda text: (texts.append((text, False)), run(text))[1]\n"
        "from vetgrid.core.asking import _Planned\n"
        "def keep(execute, statement, params, many, context):\n"
        "    raw = connection.connection.cursor()\n"
        "    import psycopg\n"
        "    text = psycopg.ClientCursor(connection.connection).mogrify(statement, params)\n"
        "    texts.append((text, isinstance(context['cursor'].cursor, _Planned)))\n"
        "    return execute(statement, params, many, context)\n"
        "client, found = Client(), {}\n"
        "for path in json.loads(sys.argv[1]):\n"
        "    for _ in range(2):\n"
        "        texts.clear()\n"
        "        with connection.execute_wrapper(keep):\n"
        "            answer = client.get('/api/v1' + path, headers={'Authorization': 'Bearer ' + sys.argv[2]})\n"
        "    assert answer.status_code == 200, (path, answer.content)\n"
        "    found['/api/v1' + path.partition('?')[0]] = list(texts)\n"
        "print(json.dumps(found))\n"
    )
    environment = os.environ | {
        "VETGRID_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "vetgrid.config.settings",
        "VETGRID_HOSTS": "testserver",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(PATHS), token],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[tuple[str, bool]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def bare(
    statements: dict[str, list[tuple[str, bool]]], home: Path, folder: Path
) -> tuple[subprocess.Popen[bytes], int]:
    """The bare endpoint under the same server with the same number of threads."""
    (folder / "bare.py").write_text(BARE)
    (folder / "statements.json").write_text(json.dumps(statements))
    port = free_port()
    asked = "from vetgrid.config import database; print(database.login('app').conninfo)"
    conninfo = subprocess.run(
        [sys.executable, "-c", asked],
        env=os.environ | {"VETGRID_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    environment = os.environ | {"BARE_CONNINFO": conninfo, "BARE_STATEMENTS": str(folder / "statements.json")}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", "--no-ws", "bare:app"]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process, port
        time.sleep(0.2)
    raise RuntimeError("the bare endpoint did not start")


def p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--only", default="", help="a word of the addresses to be measured")
    asked = parser.parse_args()
    seconds = asked.seconds
    os.environ["VETGRID_RATE_FACTOR"] = "100000"
    running = Running(HOME, free_port()).start()
    process = None
    try:
        token = token_of(running)
        headers = {"Authorization": f"Bearer {token}"}
        ours = [f"/api/v1{path}" for path in PATHS]
        with tempfile.TemporaryDirectory() as folder:
            process, port = bare(recorded(token, running.home), running.home, Path(folder))
            print("## The mini-program: the ten busiest endpoints beside a bare endpoint with the same SQL\n")
            print(
                "| endpoint | ours a second | bare a second | share (aim ≥ 0.50) | p50 ms | p95 ms at 70 % (aim < 100) |"
            )
            print("|---|---|---|---|---|---|")
            for name, paths in [*((path, [path]) for path in ours), ("all ten in turn", ours)]:
                if asked.only not in name:
                    continue
                drive(running.port, paths, headers, seconds=1, callers=2)
                most = saturation(running.port, paths, headers, seconds)
                other = saturation(port, [path.partition("?")[0] for path in paths], {}, seconds)
                taken = drive(running.port, paths, headers, seconds=seconds, callers=32, rate=most * 0.7)
                label = name.removeprefix("/api/v1").partition("?")[0]
                cells = (f"{most:.0f}", f"{other:.0f}", f"{most / other:.2f}")
                late = (f"{statistics.median(taken):.1f}", f"{p95(taken):.1f}")
                print(f"| {' | '.join((label, *cells, *late))} |", flush=True)
    finally:
        if process is not None:
            process.terminate()
        running.stop()


if __name__ == "__main__":
    main()
