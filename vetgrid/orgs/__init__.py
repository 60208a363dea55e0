"""This domain is the service network: divisions, stations, staff, posts, rota and calendar."""
