"""Video files by ffmpeg: which frames there are, and each of them by its number."""

import pathlib
import re
import subprocess

import numpy as np

from st_keras.validation import error, require

# ffmpeg also reads lists of other files, and URLs: not from what a user was sent.
_ONLY = ("-protocol_whitelist", "file", "-format_whitelist", "mov,avi,matroska")
_DISCARDED = 0x4  # a packet that is decoded and not shown


class FFmpegFilm:
    """A video file, of which the packets are known, and no frame is decoded yet.

    Frames are found by their time stamps. Decoding begins at the key frame before the first of
    them, so that a frame is the same whatever was read before it.

    Args:
        where: str. Who reads; errors begin with it.
        path: str or path.

    Attributes:
        shape: (T, H, W, 3), as the frames are stored: they are not turned.
        frame_rate: float, frames per second; None where they are not equally spaced.

    Raises:
        ValueError: without imageio-ffmpeg, which brings ffmpeg; for a file that is damaged, that
            ends too early, or has no video.
    """

    def __init__(self, where, path):
        self.where, self.path = where, str(path)
        _check_length(where, path)
        listing, told = self._run("-c", "copy", "-f", "framecrc")
        if "ended prematurely" in told:
            raise _damaged(where, path, told)
        head = dict(re.findall(r"^#(\w+) 0: (\S+)", listing.decode(), re.MULTILINE))
        width, height = (int(size) for size in head["dimensions"].split("x"))
        numerator, denominator = (int(part) for part in head["tb"].split("/"))
        self._tick = numerator / denominator
        packets = [_packet(line) for line in listing.decode().splitlines() if line[:1] == "0"]
        packets = [packet for packet in packets if packet is not None]
        stamps = [stamp for stamp, _ in packets]
        self.shape = (len(packets), height, width, 3)
        self._stamps = self._keys = None
        self.frame_rate = None
        if packets and None not in stamps and len(set(stamps)) == len(stamps):
            self._stamps = np.sort(np.array(stamps, "int64"))
            self._keys = np.sort(np.array([stamp for stamp, key in packets if key], "int64"))
            gaps = np.diff(self._stamps)
            # Matroska rounds to milliseconds.
            if gaps.size and gaps.max() - gaps.min() <= max(1, 2e-3 / self._tick):
                span = self._stamps[-1] - self._stamps[0]
                self.frame_rate = round(float(gaps.size / (span * self._tick)), 3)

    def read(self, first, last):
        """Decode frames by number.

        Args:
            first, last: ints, both included.

        Returns:
            uint8 (last - first + 1, H, W, 3), red, green and blue.

        Raises:
            ValueError: where fewer can be decoded than the file has.
        """
        frames, told = self._decode(first, last, self._begin(first))
        if len(frames) != last - first + 1 and self._begin(first):
            frames, told = self._decode(first, last, ())
        if len(frames) != last - first + 1:
            raise _damaged(self.where, self.path, f"not all of frames {first} to {last}; {told}")
        return frames

    def _begin(self, first):
        """Where to begin: the options that have ffmpeg seek the key frame before a frame."""
        if self._stamps is None:
            return ()
        before = self._keys[self._keys <= self._stamps[first]]
        if not before.size or before[-1] <= self._stamps[0]:
            return ()
        # A little later, or rounding finds the key frame before it.
        after = before[-1] + 0.5 * np.diff(self._stamps).min()
        return ("-noaccurate_seek", "-seek_timestamp", "1", "-ss", f"{after * self._tick:.6f}")

    def _decode(self, first, last, begin):
        key, bounds = "n", (first, last)
        if self._stamps is not None:
            key, bounds = "pts", (self._stamps[first], self._stamps[last])
        content, told = self._run(
            *("-vf", f"select='between({key},{bounds[0]},{bounds[1]})'"),
            *("-fps_mode", "passthrough", "-frames:v", str(last - first + 1)),
            *("-pix_fmt", "rgb24", "-f", "rawvideo"),
            begin=begin,
        )
        size = int(np.prod(self.shape[1:]))
        whole = len(content) // size
        return np.frombuffer(content[: whole * size], "uint8").reshape(-1, *self.shape[1:]), told

    def _run(self, *options, begin=()):
        """Run ffmpeg on the file; return what it wrote, and what it told of errors."""
        program = require(self.where, "imageio_ffmpeg", "imageio-ffmpeg", "video").get_ffmpeg_exe()
        command = [
            *(program, "-nostdin", "-v", "error", "-threads", "1"),
            *("-noautorotate", *_ONLY, *begin, "-copyts", "-i", f"file:{self.path}"),
            *("-map", "0:v:0", *options, "-"),
        ]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  (ffmpeg)
        told = " ".join(done.stderr.decode("utf-8", "replace").split())
        if done.returncode:
            raise _damaged(self.where, self.path, told)
        return done.stdout, told


def _packet(line):
    """Return (time stamp, whether it is a key frame) of a line; None of one that is not shown."""
    _, _, stamp, *_, last = (part.strip() for part in line.split(","))
    flags = int(last[2:], 16) if last.startswith("F=") else 1
    if flags & _DISCARDED:
        return None
    return (int(stamp) if stamp.lstrip("-").isdigit() else None), bool(flags & 1)


def _check_length(where, path):
    """Refuse an AVI that is shorter than it says, of which ffmpeg shows what there is."""
    with open(path, "rb") as file:
        begin = file.read(12)
    says = int.from_bytes(begin[4:8], "little") + 8
    size = pathlib.Path(path).stat().st_size
    if begin[:4] == b"RIFF" and says > size:
        raise _damaged(where, path, f"{size} bytes, where it says {says}")


def _damaged(where, path, told):
    return error(
        where,
        f"{str(path)!r}, which ffmpeg cannot decode ({told[:200]})",
        "a whole video file, .mp4, .mov, .avi, .mkv or .webm",
        "Copy or download it again; or convert it with: ffmpeg -i FILE new.mp4",
    )
