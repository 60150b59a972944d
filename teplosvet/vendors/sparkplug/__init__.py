"""Sparkplug B: metrics of edge nodes and their devices, as protocol buffers, with names told once at birth."""
