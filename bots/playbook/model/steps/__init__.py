"""What a bot can do: one frozen model a step, one module a family; `step.Step` is their union."""
