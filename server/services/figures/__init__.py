"""Figures, outlook, explanations and reports."""
