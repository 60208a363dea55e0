"""Filters of the pages of benefits."""
