"""This package knows what every domain needs and no business word: clock, scope, dates, encryption, ids, paging."""
