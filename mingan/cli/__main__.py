"""`python -m mingan.cli` is the same as `mingan`."""

from mingan.cli.app import main

main()
