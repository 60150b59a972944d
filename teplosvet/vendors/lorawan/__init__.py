"""LoRaWAN: what a device packed into few bytes, however the network server passed it on.

A network server (ChirpStack, The Things Stack) says who spoke, when and on which port; a codec of ours says what the
bytes mean. One codec is one declarative file in `teplosvet/vendors/lorawan/codecs`.
"""
