"""What happens in the house itself: devices that are heard on a broker there, and what whoever is on the spot sees."""
