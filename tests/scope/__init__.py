"""The probe of scope: every role against every table and every route, with rows of another town."""
