"""Loading the program: most of a second at every start, in three processes at once."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

import django


@contextmanager
def loading() -> Iterator[None]:
    """What is imported inside stays for good: the collector walks it neither while it grows nor ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def set_up() -> None:
    """Every domain, ready to use."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetgrid.config.settings")
    with loading():
        django.setup()
