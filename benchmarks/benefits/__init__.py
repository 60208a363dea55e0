"""One million persons by twelve months over all monthly programmes: our rules beside OpenFisca-core and beside a program written by hand."""
