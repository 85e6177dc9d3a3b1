"""Files that are there whole or not at all; files of others, which may be damaged or hostile."""
