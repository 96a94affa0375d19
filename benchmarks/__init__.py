"""Fair timings and quality of skensemble against its peers: ``python -m benchmarks --help``."""
