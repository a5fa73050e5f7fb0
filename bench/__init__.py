"""The numbers: run with `make bench`. Each table is made in one run, so that its rows can be compared."""
