"""Which: items of the list, merchants, offers near a point, redemptions in numbers, complaints and findings; within the viewer's reach."""
