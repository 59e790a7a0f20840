"""The plan of a centre as values: services, stages, routes, series, hours, rules."""
