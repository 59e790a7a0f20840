"""What the hall and the phone see and hear."""
