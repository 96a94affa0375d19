"""Growers: which node is opened next, and what becomes of its samples."""
