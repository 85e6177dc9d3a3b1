"""`st-keras train MODEL --data ... --out run/`, on one worker or several, anew or going on."""

from st_keras.cli import training_run
from st_keras.cli.replay import recorded_options
from st_keras.cli.run import IS_FINISHED, STATES, Run, find_run
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae import training as slowvae
from st_keras.cli.team import open_team
from st_keras.cli.worker_loss import told_of_lost_workers


def run(options):
    """Train and save; say what to do next.

    Raises:
        KeyboardInterrupt: if the user interrupted it, when all is written.
    """
    if options.model == "recorded":
        options = recorded_options(options)
    # Before anything asks TensorFlow for devices, which would start it without other workers.
    team = open_team(options.strategy, options.deterministic)
    with told_of_lost_workers(team, options.out / STATES):
        _run(options, team)
        # TensorFlow takes a worker that has left for crashed as long as another is still there.
        team.wait()


def _run(options, team):
    found = team.decided(lambda: find_run(options))
    if found == IS_FINISHED:
        team.say(f"The run in {options.out} is finished: nothing is left to train.")
        return
    # The chief has looked at it; by now another worker may have put its states there.
    folder = RunFolder.going_on(options.out)
    task = slowvae if options.model == "slowvae" else training_run
    with team.strategy.scope():
        model, source, recipe = task.prepare(options)
    team.check_batch(recipe["batch_size"])
    record = Run(options, folder, team, resumable=True)
    uninterrupted = training_run.train(options, model, source, recipe, record)
    horizon = "" if options.model == "slowvae" else f"--horizon {options.horizon} "
    team.say(f"\nWritten:\n{folder.report()}")
    team.say(
        f"Next: st-keras evaluate {folder / 'model.keras'} --data {options.data} "
        f"{horizon}--out {folder / 'evaluation'}"
    )
    if not uninterrupted:
        raise KeyboardInterrupt
