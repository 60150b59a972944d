"""Panels, each declared once: what is asked, how it is drawn, who may see it. Two renderers draw them."""
