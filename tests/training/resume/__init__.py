"""Tests of what `ExactResume` is made of."""
