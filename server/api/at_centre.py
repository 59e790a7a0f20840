"""The address of a centre, under which its resources stand."""

AT = "/api/v1/centres/<centre>"
