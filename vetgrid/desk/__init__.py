"""This domain is the desk (工作台): what waits for me today, and the search over everything."""
