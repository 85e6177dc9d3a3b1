"""A cell as a pure function of one time step: what a loop needs of it."""

import dataclasses

from keras import ops

from st_keras.layers.loop_weights import all_weights, casts_weights, weights_replaced


@dataclasses.dataclass(frozen=True)
class CellStep:
    """Run a cell as a function: what it reads comes in, what it changes goes out.

        output, carry' = step(x, carry)             carry = [states, batch statistics]

    A layer with batch normalisation assigns its moving statistics. Keras calls a cell once more
    than there are steps, and TensorFlow keeps no assignment in a loop that is computed again, so
    here an assignment ends in the carry: `start` reads the variables before the loop, `finish`
    assigns them after it.

    Args:
        cell: the cell, built.
        arguments: dict of further arguments of its `call`.
        statistics: list of the variables that a step assigns.
        weights, tensors: the variables that a step reads, and what it reads in their place.
    """

    cell: object
    arguments: dict = dataclasses.field(default_factory=dict)
    statistics: list = dataclasses.field(default_factory=list)
    weights: list = dataclasses.field(default_factory=list)
    tensors: list = dataclasses.field(default_factory=list)

    @classmethod
    def of(cls, cell, update_statistics=False, return_terms=False, recompute=False):
        """Return the step of a cell.

        Args:
            cell: the cell, built.
            update_statistics: bool. Whether batch normalisation, if there is any, normalises by
                the batch and updates its moving statistics, as in training.
            return_terms: bool. Whether the cell also returns its loss terms.
            recompute: bool. Whether the step may run again for its gradient: it then reads all
                weights as tensors. Else they are only if that saves a cast in every step.
        """
        statistics = cell.batch_statistics if update_statistics else []
        asked = {"update_statistics": bool(statistics), "return_terms": return_terms}
        # A scope hides the one around it, so it has all weights or there is none.
        replaced = recompute or statistics or casts_weights(cell)
        weights, tensors = all_weights(cell) if replaced else ([], [])
        arguments = {name: True for name, wanted in asked.items() if wanted}
        return cls(cell, arguments, statistics, weights, tensors)

    def start(self, states):
        """Return the carry before the first step."""
        return [list(states), [ops.copy(variable.value) for variable in self.statistics]]

    def __call__(self, x, carry):
        """Run one step."""
        states, statistics = carry
        variables = [*self.weights, *self.statistics]
        with weights_replaced(variables, [*self.tensors, *statistics]) as scope:
            output, states = self.cell(x, states, **self.arguments)
        return output, [states, [scope.get_current_value(v) for v in self.statistics]]

    def finish(self, carry):
        """Keep the batch statistics; return the states."""
        states, statistics = carry
        for variable, value in zip(self.statistics, statistics, strict=True):
            variable.assign(value)
        return states
