"""Asking a served model, and a small server for development."""
