"""Pages of the service network: divisions, stations, staff, reception days."""
