"""What happens on the floor: one module per verb. Doors: all but `token_rows`, `desks`, `under_way`."""
