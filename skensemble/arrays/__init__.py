"""Algorithms on plain arrays that know nothing about trees."""
