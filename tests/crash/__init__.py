"""Proofs that a crash or a power cut takes nothing that was answered, and doubles nothing."""
