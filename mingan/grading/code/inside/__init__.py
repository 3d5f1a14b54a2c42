"""What runs inside the sandbox's own process: the wall is built here, then the program is run.

Everything in here uses the standard library alone, little of it, and only relative imports: the
process is started without site-packages, and must be up in a few milliseconds. It knows nothing
of questions, of expected values or of the rest of Mingan.
"""
