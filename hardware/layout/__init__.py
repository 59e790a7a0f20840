"""A slip becomes a picture, and the picture the bytes of a job: `printout.prepare`."""
