"""What browsers are told, compared with what the server does."""
