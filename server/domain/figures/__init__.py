"""The figures of a floor: what a wait, a service and a stay are, and how they are counted in cells."""
