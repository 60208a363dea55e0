"""The county that the fault tests kill."""

from collections.abc import Iterator

import pytest

from tests.running import Running, new_home, prepared


@pytest.fixture
def county() -> Iterator[Running]:
    """A county of its own: what is killed here must not disturb other tests."""
    app = prepared(new_home())
    yield app.start()
    app.remove()
