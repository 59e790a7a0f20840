"""The set-up of a centre: presets, rules from a day on, and the plan read from them."""
