"""Which: programmes, values, proposals, simulations, entitlements and what became of them; all within the viewer's reach."""
