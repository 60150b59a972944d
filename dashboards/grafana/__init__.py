"""Grafana draws the panels: dashboards, alerts, data source and folders as files, or through its HTTP API."""
