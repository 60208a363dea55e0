"""This domain is visits: who went to see whom, what was said and what was needed; written on a phone, with or without a network."""
