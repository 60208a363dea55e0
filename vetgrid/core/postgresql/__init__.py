"""Django's own backend for PostgreSQL with a cheaper look at a kept connection."""
