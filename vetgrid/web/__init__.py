"""This package is the look of the console: layout, components, static files; no business word inside."""
