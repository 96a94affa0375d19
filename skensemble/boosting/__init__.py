"""Boosting: trees that are added one after the other, each towards the gradients of a loss."""
