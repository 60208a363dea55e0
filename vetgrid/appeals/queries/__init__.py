"""Which appeals, accusations, consultations, receptions, mediations: all within the viewer's reach."""
