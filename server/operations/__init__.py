"""The commands of `baari`, by what they are for."""
