"""The main job on real data: ``python -m benchmarks.demo`` says whether 327,000 flights will arrive late."""
