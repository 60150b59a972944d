"""The rollup: dirty ranges of readings become hours, days and buildings' energy, again and again the same."""
