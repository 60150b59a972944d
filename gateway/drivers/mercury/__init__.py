"""Incotex Mercury electricity meters: three-phase ones with sessions (230), one-phase ones without (206)."""
