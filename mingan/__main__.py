"""`python -m mingan` is the same as `mingan`."""

from mingan.cli.app import main

main()
