"""Tables, transactions and queries (SQLAlchemy); no rules live here."""
