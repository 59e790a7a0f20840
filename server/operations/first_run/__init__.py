"""The first-run page: an empty server shows one page, behind a code, on which a backup is restored."""
