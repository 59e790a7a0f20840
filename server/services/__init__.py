"""Use cases: one public function is one transaction with its events."""
