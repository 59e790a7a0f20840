"""A token: its life as a table, its values, and the change each action makes."""
