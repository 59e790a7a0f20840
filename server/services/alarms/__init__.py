"""What nobody may overlook is told by e-mail. Door: `alarms`."""
