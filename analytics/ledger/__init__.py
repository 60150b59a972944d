"""The ledger of non-routine adjustments: proposed, agreed by both sides, then part of the baseline."""
