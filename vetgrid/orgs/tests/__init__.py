"""Tests of the service network."""
