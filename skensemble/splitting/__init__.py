"""Candidates: where a node may be cut, and which cut is best."""
