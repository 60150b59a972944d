"""Tests: unit (pure), contract (what others rely on), integration (real servers), acceptance (what a person does)."""
