"""Vzlet TSRV-024 and TSRV-026: heat calculators that speak Modbus RTU, and function 65 for their archives."""
