"""This domain is figures and reports: each figure opens to exactly the rows behind it."""
