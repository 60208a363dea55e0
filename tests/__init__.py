"""Tests that belong to no single domain, and the builders that all tests share."""
