"""Where staff call and serve."""
