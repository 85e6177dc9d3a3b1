"""Tests of forecast files."""
