"""This package is wiring only: settings, urls, menu, worker, the embedded database."""
