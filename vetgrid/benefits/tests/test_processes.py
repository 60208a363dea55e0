"""Values are shared by processes: what one adds, another uses."""

import psycopg

from tests import builders as make
from vetgrid.benefits import rulebook
from vetgrid.config import database
from vetgrid.core.ruling.months import month_of
from vetgrid.core.scope import acting


def test_a_row_that_another_process_added_is_used_here_at_once(own_database):
    with acting(make.system()):
        before = rulebook.parameters().lookup("combat_test", place=make.COUNTY, month=month_of(2030, 1)).amounts
    with psycopg.connect(database.login("owner").conninfo) as beside:
        beside.execute(
            'INSERT INTO benefits_parameterrow (id, division, "table", cell, effective_on, known_since, recorded_at, mode,'
            " amount, written, unit, document, trust, note) VALUES (gen_random_uuid(), %s, 'combat_test', '', '2030-01-01',"
            " '2023-12-28', now(), 'set', 123456, '1234.56', 'yuan/month', '另一个进程', 'A', '')",
            [make.COUNTY],
        )
    with acting(make.system()):
        after = rulebook.parameters().lookup("combat_test", place=make.COUNTY, month=month_of(2030, 1)).amounts
    assert after == (123_456,)
    assert before != after
