"""The two routers of this domain: one for citizens, one for clerks in the field."""

from vetgrid.core.api import Doors

citizen = Doors(tags=["citizen"])
field = Doors(tags=["field"])
