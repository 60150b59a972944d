"""The passport of an investment project: what an investor or a ministry is shown, with its evidence."""
