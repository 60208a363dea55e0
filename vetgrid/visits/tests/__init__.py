"""Tests: visits."""
