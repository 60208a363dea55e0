"""Doors: console pages of benefits."""
