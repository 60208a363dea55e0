"""This domain is the grid (网格): who answers for whom, at any time."""
