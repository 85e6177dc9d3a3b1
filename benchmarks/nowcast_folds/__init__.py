"""`python -m benchmarks nowcast_folds`: the Nowcaster on events it has not seen.

For each event that is left out a Nowcaster is trained on the others, for some minutes, and scored
on the series of that event beside persistence, pysteps (plain and tuned) and what needs no
training, under the protocol of the rows: all valid pixels, and those inside. Ensembles are scored
beside pysteps' STEPS. A fold that is there already is not trained again: the same command goes on.
Needs the radar files and the extra [radar].
"""


def main(arguments=None):
    """Run the command; return its exit code."""
    from benchmarks.nowcast_folds.command import main as command

    return command(arguments)
