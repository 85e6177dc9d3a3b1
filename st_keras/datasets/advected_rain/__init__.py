"""Rain that is made, not measured: random fields that live, move and grow by known rules."""
