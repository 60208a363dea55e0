"""Tests: employment."""
