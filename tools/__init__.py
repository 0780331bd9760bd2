"""What `make` runs: the build, the tests, the pins. Nothing here is part of mcalclib."""
