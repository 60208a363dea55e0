"""Console pages, the merchants' own pages, and what everybody may see: one query or one action, then render."""
