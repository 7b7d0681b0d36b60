"""Composes parts of history for its composition root."""
