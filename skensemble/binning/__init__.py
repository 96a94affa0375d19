"""From values to codes: the only place where training looks at floats."""
