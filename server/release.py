"""The release number of this Baari."""

RELEASE = "0.1.0"
