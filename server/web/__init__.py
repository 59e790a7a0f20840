"""What all routes share: who is there, commands, errors, health and security headers."""
