"""Forests: many trees on the same ranked features, each on rows of its own."""
