"""Measurements. Each compares inside one run; nothing here is imported by the package."""
