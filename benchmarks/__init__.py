"""How good and how fast the program is, beside other ways to do the same: `python -m benchmarks.<name> --help`."""
