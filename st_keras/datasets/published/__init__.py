"""Published datasets by name: what each is, and how the files that it came in are opened."""
