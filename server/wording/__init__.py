"""Words and sentences in the languages of a centre."""
