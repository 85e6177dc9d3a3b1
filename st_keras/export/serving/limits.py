"""What one request may ask of the development server, or of an exported model, by default."""

MAX_REQUEST_MB = 64  # units of 2**20 bytes
LARGEST_REQUEST_MB = 2047  # gRPC counts bytes in an int32
MAX_VALUES = 50_000_000  # values that a request makes; 200 MB of float32
LEAST_OF_A_FRAME = 4096  # values; however small a frame is, its step takes time
THREADS = 4  # requests that are computed at once
READ_SECONDS = 20.0  # for a REST request to arrive
