"""What console, commands and acts write alike: numbers, dates, units, findings, in each language."""
