"""What it costs to believe each explanation of a register's way from one reading to a later one.

Costs are whole numbers, so that a window and the full series add up to the same and break ties alike. What they order:
a dropped reading (100) is believed before a break (350), four dropped readings are not; where up to eight readings
return to the trend (340) no break is believed at all, and where more do (600) no two breaks are (700); a recorded
exchange or a change of serial number is believed almost for nothing, because somebody said so. A register below zero is
dropped almost for nothing.
"""

DROP = 100
DROP_AT_START = 150
DROP_IMPOSSIBLE = 10
EXCURSION = 340
LONG_EXCURSION = 600
ROLLOVER = 60
ROLLOVER_INFERRED = 150
DECIMAL_CHANGE = 250
DECIMAL_CHANGE_SURE = 60
DECIMAL_CHANGE_UNLIKELY = 400
BREAK = 350
SERIAL_CHANGE = 60
EXCHANGE_NOT_FOUND = 70
EXCHANGE_WITHOUT_SIGN = 100
EXCHANGE_SAME_SERIAL = 50
EXCHANGE_BESIDE_SERIAL_CHANGE = 200
EXCHANGE_WRONG_SERIAL = 100
EXCHANGE_UNTOUCHED = 20
EXCHANGE_INCONSISTENT = 320
EXCHANGE_PER_HOUR_OFF = 10
UNUSUAL_AT_MOST = 200
UNUSUAL_PER_DOUBLING = 30
ROLLOVER_UNUSUAL_AT_MOST = 400
