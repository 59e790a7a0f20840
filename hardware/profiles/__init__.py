"""What printers of a family can do, one file for each family."""
