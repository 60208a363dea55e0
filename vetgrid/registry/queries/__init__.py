"""Which: reads of the registry; every function takes `seen_by` and answers only within that reach."""

from vetgrid.registry.queries.file import FileSection, file_of, history_of, person
from vetgrid.registry.queries.own import own_corrections, own_file_of, own_person
from vetgrid.registry.queries.people import PeopleFilter, people
from vetgrid.registry.queries.queues import change_requests, duplicates, merges, move_requests
from vetgrid.registry.queries.search import exact_matches, found_by, similar_people

__all__ = [
    "FileSection",
    "PeopleFilter",
    "change_requests",
    "duplicates",
    "exact_matches",
    "file_of",
    "found_by",
    "history_of",
    "merges",
    "move_requests",
    "own_corrections",
    "own_file_of",
    "own_person",
    "people",
    "person",
    "similar_people",
]
