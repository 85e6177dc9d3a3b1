"""What a served model can be asked: each signature's inputs, checks and outputs."""
