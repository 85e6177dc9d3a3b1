"""What the command line knows of each family of models, as plain data: one file for each."""

from st_keras.cli.families.convlstm import CONVLSTM
from st_keras.cli.families.modernn import MODERNN
from st_keras.cli.families.predrnn import PREDRNN

# Those that forecast, by the MODEL that commands know them by.
FORECASTERS = {family.name: family for family in (PREDRNN, MODERNN, CONVLSTM)}
