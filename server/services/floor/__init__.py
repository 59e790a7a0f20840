"""What happens on the floor: one module per verb.

Doors: `issue`, `call`, `serve`, `move`, `away`, `correct`, `attach`, `merge`, `rebuild`, `undo`, `acts`, `counters`,
`at_counter`, `citizen`, `day`, `release`, `reopening`, `house`, `clock` and `notice`; for proofs and views
`token_rows`, which writes rows and events together, `forecasts` and `resting`. Inside: `opening`, `under_way`, `way`.
"""
