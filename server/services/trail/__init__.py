"""What was done and by whom, of a centre's floor and of the installation as far as it concerns the centre.

Doors: `trail` reads it page by page, `files` writes it as a file and takes down that somebody did.
"""
