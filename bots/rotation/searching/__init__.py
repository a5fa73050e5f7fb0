"""Plans by search: seating, annealing, the labels of designs; and which attempt is the best."""
