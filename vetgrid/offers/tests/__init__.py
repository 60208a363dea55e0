"""Tests: offers."""
