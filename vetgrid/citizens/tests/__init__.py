"""Tests: citizens."""
