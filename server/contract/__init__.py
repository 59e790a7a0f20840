"""What browsers need to know of the server, made from it: types of every answer, event and page, and the lifecycle."""
