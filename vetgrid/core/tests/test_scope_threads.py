"""Requests run side by side in threads: the scope of one never becomes the scope of another."""

import threading

from django.db import connection

from tests import builders as make
from vetgrid.core.places import Places
from vetgrid.core.scope import acting, lending


def actor_in_scope() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('vetgrid.actor', true)")
        return str(cursor.fetchone()[0])


def test_a_lent_scope_gives_back_the_scope_of_its_own_thread(own_database):
    """Two threads enter their scopes, one inside the time of the other, and each lends something in between."""
    actors = [make.actor("village_clerk", make.VILLAGE_A1), make.actor("village_clerk", make.VILLAGE_B1)]
    turns = [threading.Event() for _ in range(4)]
    seen: dict[int, list[str]] = {0: [], 1: []}

    def first() -> None:
        with acting(actors[0]):
            turns[0].set()
            turns[1].wait(10)
            with lending("orgs", Places.of([make.TOWN_A])):
                seen[0].append(actor_in_scope())
            seen[0].append(actor_in_scope())
            turns[2].set()
            turns[3].wait(10)
            seen[0].append(actor_in_scope())
        connection.close()

    def second() -> None:
        turns[0].wait(10)
        with acting(actors[1]):
            turns[1].set()
            turns[2].wait(10)
            with lending("orgs", Places.of([make.TOWN_B])):
                seen[1].append(actor_in_scope())
            seen[1].append(actor_in_scope())
            turns[3].set()
        connection.close()

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert seen == {0: [str(actors[0].id)] * 3, 1: [str(actors[1].id)] * 2}
