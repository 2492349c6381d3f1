"""Widgets that show one thing each: they are given data and emit signals."""
