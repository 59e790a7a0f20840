"""Figures, outlook, explanations and reports.

Doors: `cells`, `statistics`, `outlook`, `explanations`, `reports`, `once`.
"""
