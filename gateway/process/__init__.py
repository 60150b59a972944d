"""The process as the system sees it: alone on its folder, watched by systemd, fed by progress only."""
