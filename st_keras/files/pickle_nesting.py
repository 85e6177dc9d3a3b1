"""How deep a pickle nests, known before anything of it is built."""

import pickletools

_OPCODES = {opcode.code: opcode for opcode in pickletools.opcodes}
_MARK = object()
_ATOM = (0, 1)  # containers inside each other, and values counted as often as they are reached
_EMPTY = (1, 1)
_LARGEST = 1 << 40  # what refers to itself doubles without end
_FILLED = {"APPEND", "APPENDS", "SETITEM", "SETITEMS", "ADDITEMS"}
_BUILT = {"EMPTY_TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "TUPLE", "EMPTY_LIST", "LIST"}
_BUILT |= {"EMPTY_DICT", "DICT", "EMPTY_SET", "FROZENSET"}
# Which of the values that these take may be hashed: every second, or all, as arguments may be.
_HASHED = {"SETITEM": 2, "SETITEMS": 2, "DICT": 2, "ADDITEMS": 1, "FROZENSET": 1, "REDUCE": 1}
_HASHED_AT_LEAST, _HASHED_PER_BYTE = 1_000_000, 10


class NestingError(ValueError):
    """A pickle that nests too deep; the text says how."""


def check_nesting(file, deepest):
    """Read one pickle's opcodes to its end, and refuse what would exhaust its reader.

    Python's own unpickler builds tuples inside each other without a limit, and crashes, or goes on
    for ever, when it takes the hash of such a one as the key of a dict. Nothing is built here.

    Args:
        file: binary file, at the beginning of a pickle; left behind its end.
        deepest: int. Tuples, lists, dicts and sets that may stand inside each other.

    Raises:
        NestingError: if they nest deeper, or keys refer to more values than the file can have.
        Exception: if it is no pickle, or a damaged one.

    Example:

    >>> import io, pickle
    >>> check_nesting(io.BytesIO(pickle.dumps({"a": [1, 2]})), deepest=2)
    >>> check_nesting(io.BytesIO(pickle.dumps([[["a"]]])), deepest=2)
    Traceback (most recent call last):
    st_keras.files.pickle_nesting.NestingError: more than 2 containers inside each other
    """
    stack, memo, hashed = [], {}, 0
    while True:
        opcode = _OPCODES[file.read(1).decode("latin-1")]
        argument = _argument(opcode, file)
        if opcode.name == "STOP":
            return
        if opcode.name == "MARK":
            stack.append(_MARK)
        elif opcode.name == "DUP":
            stack.append(stack[-1])
        elif opcode.name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif opcode.name.endswith("PUT"):
            memo[argument] = stack[-1]
        elif opcode.name.endswith("GET"):
            stack.append(memo[argument])
        else:
            hashed += _apply(opcode, stack)
        if stack and stack[-1] is not _MARK and stack[-1][0] > deepest:
            raise NestingError(f"more than {deepest} containers inside each other")
        if hashed > _HASHED_AT_LEAST + _HASHED_PER_BYTE * file.tell():
            raise NestingError("keys that refer to more values than it holds")


def _argument(opcode, file):
    if opcode.name == "STRING":  # of Python 2: pickletools knows those in ASCII alone
        return file.readline()
    return None if opcode.arg is None else opcode.arg.reader(file)


def _apply(opcode, stack):
    """Put on the stack what an opcode makes of it; return how many values it may hash."""
    taken = _take(opcode, stack)
    if opcode.name in _FILLED:
        stack[-1] = _around(taken, stack[-1])
    elif opcode.name in _BUILT:
        stack.append(_around(taken, _EMPTY))
    elif opcode.name == "BUILD":  # the object stays what it was
        stack.append(taken[0])
    else:  # numbers, text, and objects, which are hashed by what they are
        stack += [_ATOM] * len(opcode.stack_after)
    step = _HASHED.get(opcode.name)
    return sum(size for _, size in taken[::step]) if step else 0


def _take(opcode, stack):
    before = opcode.stack_before
    count, taken = len(before), []
    if pickletools.markobject in before:
        count = before.index(pickletools.markobject)
        while stack[-1] is not _MARK:
            taken.append(stack.pop())
        stack.pop()
    count -= opcode.name in _FILLED  # the container itself stays
    taken += [stack.pop() for _ in range(count)]
    return [_ATOM if item is _MARK else item for item in reversed(taken)]


def _around(items, container):
    """Depth and size of a container with these items added."""
    depth = max([container[0], *(1 + depth for depth, _ in items)])
    return depth, min(container[1] + sum(size for _, size in items), _LARGEST)
