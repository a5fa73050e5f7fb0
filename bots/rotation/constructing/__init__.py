"""Plans without a repeat by algebra: fields, transversal designs, block designs, a catalogue of starters."""
