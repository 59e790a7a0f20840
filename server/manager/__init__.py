"""The manager's screens: the live floor, statistics and set-up."""
