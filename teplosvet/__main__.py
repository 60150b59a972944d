"""`python -m teplosvet` is the `teplosvet` command."""

from teplosvet.cli import main

main()
