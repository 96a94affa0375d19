"""Grown trees: one table for all trees of an estimator, and what can be asked of it."""
